"""``/api/admin/export`` and ``/api/admin/import``: users, teams, memberships, websites and grants as rows of a file."""

from io import BytesIO
from typing import Any

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.files import FileImport, FileQuery, FileRows, Imported
from app.domain.scopes import Scope
from app.services.files import exporting, importing
from app.services.files.importing import FileReport, LineRemark

bp = Blueprint("files", __name__, url_prefix="/admin")


@bp.get("/export")
@operation(FileRows, query=FileQuery, refuses=(400,), scope=Scope.ADMIN)
def export_file(query: dict[str, Any]) -> Any:
    """
    Return what there is, as it was at one moment, for an import elsewhere.

    An installation with more than 50,000 rows is exported on its server.
    """
    return exporting.export_some(current_actor(), query["kinds"])


@bp.post("/import")
@operation(Imported, takes=FileImport, refuses=(400,), scope=Scope.ADMIN)
def import_file(data: dict[str, Any]) -> tuple[FileReport, list[LineRemark]]:
    """
    Create users, teams, memberships, websites and grants from the rows of a file.

    What is here already is not created a second time.
    """
    remarks: list[LineRemark] = []
    report = importing.import_file(current_actor(), BytesIO(data["content"]), data["options"], on_remark=remarks.append)
    return report, remarks
