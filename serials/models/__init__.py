"""Job → Path → Step: what to make and how. Serial: one physical part on a path. Note: what people write."""

from serials.models.notes import ImageType, Note, NotePhoto, NoteSerial
from serials.models.parts import ScrapReason, Serial, SerialCounter, SerialStatus
from serials.models.progress import StepOverride, StepStatus, StepStatusCode
from serials.models.routes import AdvancementMode, DependencyType, Job, OrderOfWork, Path, Step

__all__ = [
    "AdvancementMode",
    "DependencyType",
    "ImageType",
    "Job",
    "Note",
    "NotePhoto",
    "NoteSerial",
    "OrderOfWork",
    "Path",
    "ScrapReason",
    "Serial",
    "SerialCounter",
    "SerialStatus",
    "Step",
    "StepOverride",
    "StepStatus",
    "StepStatusCode",
]
