"""Reading users, sites and access from a Matomo, as rows of our own model. Nothing is changed there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from app.domain.errors import BadValue, DomainError, Invalid, RowTwice, SourceUnusable
from app.domain.folding import fold
from app.domain.names import ANONYMOUS
from app.domain.roles import Role, SiteRole
from app.models import utcnow
from app.runtime import runtime
from app.services.importing import matomo_api
from app.services.importing.matomo_api import Api
from app.services.importing.report import Kind, Outcome, Remark, code_of
from app.services.importing.rows import SECOND_FACTOR, Loss, SiteGrantRow, UserRow, WebsiteRow
from app.services.matomo.site_settings import DEFAULTS, clean_name, clean_settings, clean_urls, host_of
from app.services.matomo.sites import NUMBER_MAX
from app.services.remote import readable

Record = Mapping[str, Any]
MOST_CAPABILITIES = 100
UNREADABLE = "unreadable"
VISITORS = ("anonymous", "stands for visitors without an account; neither it nor its access is copied")
FLAGS = {"ecommerce": "ecommerce", "sitesearch": "site_search", "exclude_unknown_urls": "exclude_unknown_urls"}
LISTS = {
    "sitesearch_keyword_parameters": "search_keyword_parameters",
    "sitesearch_category_parameters": "search_category_parameters",
    "excluded_ips": "excluded_ips",
    "excluded_parameters": "excluded_parameters",
    "excluded_user_agents": "excluded_user_agents",
    "excluded_referrers": "excluded_referrers",
}
TEXTS = {name: name for name in ("timezone", "currency", "group", "type")}
"""Fields of a site by the kind of value, with the names of our settings."""


@dataclass(slots=True)
class Matomo:
    """What was read: rows that are not yet checked, and remarks on those that cannot be read."""

    release: str
    users: list[UserRow] = field(default_factory=list)
    sites: list[WebsiteRow] = field(default_factory=list)
    access: list[SiteGrantRow] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read(url: str, token: str, *, known_as: str | None = None) -> Matomo:
    """
    Read everything. The same user or site has the same id each time, as long as the URL names the same place.

    :param known_as: the URL that the ids depend on, if it is another one
    :raises SourceUnusable: a call fails, its result is not what Matomo returns, or the token is not a superuser's
    """
    api = matomo_api.opened(url, token)
    place = api.place if known_as is None else matomo_api.opened(known_as, token).place
    if not _flag(_value(api.call("UsersManager.hasSuperUserAccess"))):
        raise SourceUnusable("the token must be one of a user with superuser access")
    found = Matomo(readable(_text(_value(api.call("API.getMatomoVersion"))) or "", most=50))
    reading = _Reading(api, found, uuid5(NAMESPACE_URL, place))
    reading.users()
    reading.sites()
    reading.access()
    return found


@dataclass(slots=True)
class _Reading:
    api: Api
    found: Matomo
    namespace: UUID
    """Of the ids of users and sites."""

    def users(self) -> None:
        seen: set[UUID] = set()
        for number, record in enumerate(self._records("UsersManager.getUsers"), 1):
            login = _text(record.get("login"))
            if not login:
                self._skip(Kind.USERS, f"user {number}", "", UNREADABLE, "has no login")
            elif fold(login) == ANONYMOUS:
                self._skip(Kind.USERS, login, login, *VISITORS)
            elif (user_id := self._user(login)) in seen:
                self._skip(Kind.USERS, login, login, code_of(RowTwice()), RowTwice().message)
            else:
                seen.add(user_id)
                created = _moment(record.get("date_registered")) or utcnow()
                self.found.users.append(
                    UserRow(
                        user_id,
                        login,
                        (Role.ADMIN if _flag(record.get("superuser_access")) else Role.USER).value,
                        password_hash="",
                        email=_text(record.get("email")) or None,
                        created_at=created,
                        updated_at=created,
                        losses=[SECOND_FACTOR] if _flag(record.get("uses_2fa")) else [],
                    )
                )

    def sites(self) -> None:
        seen: set[int] = set()
        for number, record in enumerate(self._records("SitesManager.getSitesWithAdminAccess", fetchAliasUrls="1"), 1):
            id_site, name = _number(record.get("idsite")), _text(record.get("name")) or ""
            shown = f"idSite {id_site}" if id_site else f"site {number}"
            try:
                if id_site is None:
                    self._skip(Kind.WEBSITES, shown, name, UNREADABLE, "has no idsite")
                elif id_site in seen:
                    raise RowTwice
                else:
                    seen.add(id_site)
                    self.found.sites.append(self._site(id_site, clean_name(name), record))
            except DomainError as error:
                self._skip(Kind.WEBSITES, shown, name, code_of(error), error.message)

    def _site(self, id_site: int, name: str, record: Record) -> WebsiteRow:
        losses: list[Loss] = []
        urls = _clean_urls([_text(record.get("main_url")), *_texts(record.get("alias_urls"))], losses)
        created = _moment(record.get("ts_created")) or utcnow()
        creator = _text(record.get("creator_login"))
        return WebsiteRow(
            self._website(id_site),
            name,
            host_of(urls[0]) if urls else None,
            created_by=self._user(creator) if creator else None,
            created_at=created,
            updated_at=created,
            urls=urls,
            settings=_clean_settings(record, losses),
            number=id_site,
            losses=losses,
        )

    def access(self) -> None:
        roles: dict[tuple[str, int], SiteRole] = {}
        for role in SiteRole:  # the strongest one last, should a user have several
            roles |= dict.fromkeys(self._pairs(role.value), role)
        capabilities: dict[tuple[str, int], list[str]] = {}
        for name in self._capabilities():
            known, lost = name in runtime().capabilities, 0
            for pair in self._pairs(name):
                if known:
                    capabilities.setdefault(pair, []).append(name)
                lost += not known
            if lost:
                self._note_unknown(name, lost)
        # By site, so that a batch is about few of them, and what is here is found quickly.
        for (login, id_site), role in sorted(roles.items(), key=lambda found: found[0][1]):
            self.found.access.append(
                SiteGrantRow(
                    uuid5(self.namespace, f"access/{id_site}/{fold(login)}"),
                    self._website(id_site),
                    self._user(login),
                    role.value,
                    capabilities.get((login, id_site), []),
                    name=f"{role} on site {id_site} for {login}",
                )
            )

    def _pairs(self, access: str) -> Iterator[tuple[str, int]]:
        """Yield the logins and sites that have a role or a capability."""
        method = "UsersManager.getUsersSitesFromAccess"
        found = self.api.call(method, access=access)
        for login, id_sites in (found if isinstance(found, dict) else {}).items():
            if not isinstance(id_sites, list):
                raise _unexpected(method)
            if fold(login) != ANONYMOUS:
                for id_site in map(_number, id_sites):
                    if id_site is None:
                        raise _unexpected(method)
                    yield login, id_site
        if not isinstance(found, dict) and found != []:
            raise _unexpected(method)

    def _capabilities(self) -> list[str]:
        method = "UsersManager.getAvailableCapabilities"
        names = [_text(record.get("id")) for record in self._records(method)]
        if len(names) > MOST_CAPABILITIES or None in names:
            raise _unexpected(method)
        return [name for name in names if name]

    def _records(self, method: str, **parameters: str) -> Sequence[Record]:
        found = self.api.call(method, **parameters)
        if isinstance(found, dict):  # PHP has the same type for lists and maps
            found = list(found.values())
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise _unexpected(method)
        return found

    def _note_unknown(self, name: str, lost: int) -> None:
        reason = f"is not a capability here, so it is missing from {lost} of the grants"
        self.found.remarks.append(Remark(Kind.GRANTS, name, name, Outcome.ADJUSTED, "unknown-capability", reason))

    def _skip(self, kind: Kind, row: str, name: str, code: str, reason: str) -> None:
        self.found.remarks.append(Remark(kind, row, name, Outcome.SKIPPED, code, reason))

    def _user(self, login: str) -> UUID:
        return uuid5(self.namespace, f"user/{fold(login)}")

    def _website(self, id_site: int) -> UUID:
        return uuid5(self.namespace, f"site/{id_site}")


def _clean_urls(given: Sequence[str | None], losses: list[Loss]) -> list[str]:
    """Return URLs as they are stored, as many as can be, and note the others."""
    found: list[str] = []
    for url in filter(None, given):
        try:
            found = clean_urls([*found, url])
        except Invalid as error:
            said = "not supported" if isinstance(error, BadValue) else error.message
            losses.append(Loss("url", f"the URL {url[:100]} is left out: {said}"))
    return found


def _clean_settings(record: Record, losses: list[Loss]) -> dict[str, Any]:
    """Return the settings that differ from the defaults, as they are stored, and note those that cannot be."""
    given: dict[str, Any] = {ours: _flag(record[name]) for name, ours in FLAGS.items() if name in record}
    given |= {ours: _texts(record[name]) for name, ours in LISTS.items() if name in record}
    given |= {ours: _text(record[name]) or DEFAULTS[ours] for name, ours in TEXTS.items() if name in record}
    given["keep_url_fragments"] = _number(record.get("keep_url_fragment")) or 0
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value == DEFAULTS[name]:
            continue
        try:
            found |= clean_settings({name: value})
        except Invalid as error:
            said = f"{str(value)[:100]} is not supported" if isinstance(error, BadValue) else error.message
            losses.append(Loss("setting", f"{name.replace('_', ' ')} has the default here: {said}"))
    return found


def _unexpected(method: str) -> SourceUnusable:
    return SourceUnusable(f"{method}: the result is not what Matomo returns")


def _value(result: Any) -> Any:
    return result.get("value") if isinstance(result, dict) else None


def _text(value: Any) -> str | None:
    """Return a text, trimmed; numbers are texts as well, since PHP makes no difference. None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()


def _texts(value: Any) -> list[str]:
    """Return the texts in a list, or between commas."""
    found = value if isinstance(value, list) else (_text(value) or "").split(",")
    return [text for text in map(_text, found) if text]


def _flag(value: Any) -> bool:
    return value is True or _text(value) in ("1", "true")


def _number(value: Any) -> int | None:
    """Return a positive whole number; None for anything else."""
    text = _text(value) or ""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(NUMBER_MAX)):
        return None
    return number if 0 < (number := int(text)) <= NUMBER_MAX else None


def _moment(value: Any) -> datetime | None:
    """Return a time in UTC, as MySQL writes it."""
    try:
        return datetime.strptime(_text(value) or "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
