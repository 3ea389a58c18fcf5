"""Job → Path → Step: what to make and how. Serial: one physical part on a path. Note: what people write of parts.

Route templates and libraries are what planners write routes with; requirements, the certificates that a step asks for.
An approval request is what one person asks for and another decides.
"""

from serials.models.approvals import ApprovalKind, ApprovalRequest, ApprovalState
from serials.models.libraries import LibraryEntry, LibraryKind
from serials.models.notes import ImageType, Note, NotePhoto, NoteSerial
from serials.models.parts import ScrapReason, Serial, SerialCounter, SerialStatus
from serials.models.progress import StepOverride, StepStatus, StepStatusCode
from serials.models.requirements import (
    CertificateType,
    En10204Type,
    RequirementOverride,
    RequirementPolicy,
    StepRequirement,
    TemplateRequirement,
)
from serials.models.routes import AdvancementMode, DependencyType, Job, OrderOfWork, Path, Step
from serials.models.templates import RouteTemplate, TemplateStep

__all__ = [
    "AdvancementMode",
    "ApprovalKind",
    "ApprovalRequest",
    "ApprovalState",
    "CertificateType",
    "DependencyType",
    "En10204Type",
    "ImageType",
    "Job",
    "LibraryEntry",
    "LibraryKind",
    "Note",
    "NotePhoto",
    "NoteSerial",
    "OrderOfWork",
    "Path",
    "RequirementOverride",
    "RequirementPolicy",
    "RouteTemplate",
    "ScrapReason",
    "Serial",
    "SerialCounter",
    "SerialStatus",
    "Step",
    "StepOverride",
    "StepRequirement",
    "StepStatus",
    "StepStatusCode",
    "TemplateRequirement",
    "TemplateStep",
]
