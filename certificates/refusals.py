"""The refusals about certificates, with the sentences that api.md documents."""

from shopplanr.refusals import Refusal


class AttachToCompleted(Refusal):
    """A part that has left its path takes no more certificates; in a selection, the sentence names the part."""

    code = "serial_completed"

    def __init__(self, serial_id: str = ""):
        super().__init__("Serial is already completed, cannot attach cert" + (f": {serial_id}" if serial_id else ""))
