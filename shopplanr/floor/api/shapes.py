"""The shapes of scans."""

from rest_framework import serializers

from certificates.models import CertificateType
from serials.api.shapes import LISTED_STATUSES
from serials.models.routes import NAME_MAX_LENGTH
from shopplanr.api.shapes import Shape, Text, Timestamp
from shopplanr.floor.codes import Kind
from shopplanr.floor.models import ScanVerdict
from shopplanr.ids import ID_MAX_LENGTH

KINDS = [(kind.value, kind.value) for kind in Kind]

_REASON_HELP = (
    "A stable word: `advanced`, `completed`, `attached`, `already_attached`, `found`, `elsewhere`, "
    "`certificate_in_hand`, `job_found`, `unknown_code`, `empty`, `too_long`, or the code of a refusal."
)


class ScanBody(Shape):
    """What a scanner read, and where."""

    code = Text(help_text="As the scanner sends it.")
    station = Text(
        required=False, max_length=NAME_MAX_LENGTH, help_text="Name of a step: the part that stands there is finished."
    )
    certId = Text(
        required=False, max_length=ID_MAX_LENGTH, help_text="A certificate in hand: the part gets it, and stays."
    )
    userId = Text(required=False, max_length=255)


class ScannedPartShape(Shape):
    """The part that was scanned, as it stands behind the scan."""

    id = Text()
    jobId = Text(source="job_id")
    jobName = Text(source="job_name")
    pathId = Text(source="path_id")
    pathName = Text(source="path_name")
    status = serializers.ChoiceField(LISTED_STATUSES)
    currentStepIndex = serializers.IntegerField(source="current_step_index")
    currentStepName = Text(source="current_step_name", help_text="`Completed` or `Scrapped` once there.")
    location = Text(required=False)


class ScannedCertificateShape(Shape):
    """The certificate that was scanned, or that the part was to get."""

    id = Text()
    name = Text()
    type = serializers.ChoiceField(CertificateType.choices)


class ScannedJobShape(Shape):
    """The job that was scanned."""

    id = Text()
    name = Text()


class VerdictShape(Shape):
    """What came of a scan."""

    id = Text()
    verdict = serializers.ChoiceField(ScanVerdict.choices)
    reason = Text(help_text=_REASON_HELP)
    message = Text(help_text="A sentence for the person.")
    code = Text(required=False, help_text="What stands in the code, without what the scanner added.")
    kind = serializers.ChoiceField(KINDS, required=False, help_text="What the code names.")
    serial = ScannedPartShape(required=False)
    certificate = ScannedCertificateShape(required=False)
    job = ScannedJobShape(required=False)
    nextStepName = Text(source="next_step_name", required=False, help_text="Where the part goes that was finished.")
    nextStepLocation = Text(source="next_step_location", required=False)
    url = Text(required=False, help_text="The page to open, on this site.")
    repeated = serializers.BooleanField(
        help_text="The same scan came within two seconds: this is its verdict, and nothing happened again."
    )
    scannedAt = Timestamp(source="scanned_at")


class ScanShape(Shape):
    """A scan that was made."""

    id = Text(source="scan_id")
    code = Text(required=False)
    rawCode = Text(source="raw", required=False, help_text="As the scanner sent it.")
    station = Text(required=False)
    certId = Text(source="cert_in_hand", required=False, help_text="The certificate in hand.")
    userId = Text(source="user_id")
    calledBy = Text(source="called_by", required=False, help_text="Who really called, where that is somebody else.")
    kind = serializers.ChoiceField(KINDS, required=False)
    recordId = Text(source="record_id", required=False, help_text="The part, certificate or job that the code names.")
    verdict = serializers.ChoiceField(ScanVerdict.choices)
    reason = Text(help_text=_REASON_HELP)
    message = Text()
    scannedAt = Timestamp(source="scanned_at")
