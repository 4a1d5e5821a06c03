"""
Conditional requests: ``ETag``, ``If-Match`` and ``If-None-Match`` (RFC 9110, sections 8.8.3 and 13.1).

The tag of a resource is a hash of the body that GET returns. So it costs no statement, and is exact on every database,
also for what is nested in a body or hidden from some callers (docs/coming-from-umami.md).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from flask import Response
from werkzeug.exceptions import RequestHeaderFieldsTooLarge

from app.api.umami.schemas.base import OutSchema
from app.domain.errors import PreconditionFailed
from app.http.request import header
from app.services.preconditions import Expected

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
HEADER_MAX_LENGTH = 4096
TAG = re.compile(r'(W/)?"([!#-~\x80-\xff]*)"')
TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Tags:
    """The entity tags of a header."""

    any: bool
    """Whether the header is ``*``, which every existing resource matches."""
    strong: Collection[str]
    weak: Collection[str]

    @classmethod
    def of(cls, name: str) -> "Tags | None":
        """Return the tags in a header of the request; None without it. :raises RequestHeaderFieldsTooLarge: too long"""
        text = header(name)
        if text is not None and len(text) > HEADER_MAX_LENGTH:
            raise RequestHeaderFieldsTooLarge
        return None if text is None else cls.parsed(text)

    @classmethod
    def parsed(cls, text: str) -> "Tags":
        found = TAG.findall(text)
        return cls(text.strip() == "*", {tag for weak, tag in found if not weak}, {tag for weak, tag in found if weak})

    def match(self, tag: str) -> bool:
        """Compare strongly: weak tags match nothing."""
        return self.any or tag in self.strong

    def match_weakly(self, tag: str) -> bool:
        """Compare weakly: weak tags count as strong ones."""
        return self.match(tag) or tag in self.weak


def expected(shape: type[OutSchema]) -> Expected | None:
    """
    Return the precondition of a request that changes a resource; None if it has none.

    :param shape: the schema with which GET returns the resource
    """
    return expecting(shape, Tags.of(IF_MATCH), Tags.of(IF_NONE_MATCH))


def expecting(shape: type[OutSchema], wanted: Tags | None, unwanted: Tags | None) -> Expected | None:
    """Return the precondition that the resource has one of the ``wanted`` tags, and none of the ``unwanted`` ones."""
    if wanted is None and unwanted is None:
        return None

    def is_expected(resource: Any) -> bool:
        if resource is None:
            return wanted is None
        tag = tag_of(orjson.dumps(shape.serialize(resource)))
        return (wanted is None or wanted.match(tag)) and not (unwanted is not None and unwanted.match_weakly(tag))

    return is_expected


def conditional(read: Callable[[], Response]) -> Response:
    """
    Return the response to a request that reads a resource, with its tag; 304 if the client has this version.

    :raises PreconditionFailed: the request has ``If-Match``, and the resource does not match it
    """
    wanted, unwanted = Tags.of(IF_MATCH), Tags.of(IF_NONE_MATCH)
    response = read()
    tag = tag_of(response.get_data())
    if wanted is not None and not wanted.match(tag):
        raise PreconditionFailed
    if unwanted is not None and unwanted.match_weakly(tag):
        response = Response(status=304)
        response.headers.remove("Content-Type")
    response.headers["ETag"] = f'"{tag}"'
    return response


def tagged(response: Response) -> Response:
    """Add the tag of the resource that the response contains as GET returns it."""
    response.headers["ETag"] = f'"{tag_of(response.get_data())}"'
    return response


def tag_of(content: bytes) -> str:
    """Return the entity tag of the resource with this body."""
    return blake2b(content, digest_size=TAG_BYTES).hexdigest()
