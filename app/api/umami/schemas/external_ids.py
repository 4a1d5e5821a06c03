"""What other systems call users, teams and websites."""

from marshmallow import fields

from app.api.umami.fields import Text

EXTERNAL_ID_MAX_LENGTH = 255
EXTERNAL_ID = fields.String(metadata={"description": "What another system calls it; absent if it has no such id."})


def external_id() -> Text:
    return Text(
        least=1,
        most=EXTERNAL_ID_MAX_LENGTH,
        allow_none=True,
        metadata={"description": "What another system calls it: unique, compared exactly.", "examples": ["hr-1042"]},
    )
