"""Reading a page as a browser and a screen reader would."""

from collections.abc import Collection
from html.parser import HTMLParser
from typing import Any

EMPTY = {"meta", "link", "input", "br"}


class Element:
    """One element, with its attributes and the text inside."""

    def __init__(self, tag: str, attributes: dict[str, str | None], parents: list["Element"]) -> None:
        self.tag, self.attributes, self.parents, self.text = tag, attributes, parents, ""

    def __getitem__(self, name: str) -> str | None:
        return self.attributes.get(name)


class Page(HTMLParser):
    """A page's elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute twice in {tag}"
        element = Element(tag, dict(attrs), list(self._open))
        self.elements.append(element)
        if tag not in EMPTY:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"{tag} is closed where {self._open[-1].tag} is open"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element[name] == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def heading(self) -> str:
        return self.one("h1").text.strip()

    @property
    def said(self) -> str:
        """All text, with single spaces."""
        return " ".join(self.one("body").text.split())


def assert_accessible(page: Page, links: Collection[str] = ()) -> None:
    """Check what the source shows of accessibility: language, title, labels, no dangling references, nothing inline."""
    assert page.one("html")["lang"] == "en"
    assert page.one("title").text.strip().endswith("· Frontdesk")
    assert "width=device-width" in (page.one("meta", name="viewport")["content"] or "")
    assert page.heading
    assert len(page.all("main")) == 1
    ids = [element["id"] for element in page.elements if element["id"]]
    assert len(ids) == len(set(ids))
    labels = {label["for"]: label.text.strip() for label in page.all("label")}
    for field in page.all("input"):
        if field["type"] != "hidden":
            assert labels[field["id"]], field.attributes
            assert field["autocomplete"] in ("username", "new-password")
        assert set((field["aria-describedby"] or "").split()) <= set(ids)
    for button in page.all("button"):
        assert button.text.strip()
        assert button["type"] == "submit"
    assert {link["href"] for link in page.all("a")} <= {*links, *(f"#{name}" for name in ids)}
    assert page.all("script") == page.all("style") == page.all("img") == page.all("iframe") == []
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"], element.tag


def read(response: Any, *, links: Collection[str] = ()) -> Page:
    """Return the page of a response, after checking what all pages have in common; it may link only to ``links``."""
    assert response.content_type == "text/html; charset=utf-8"
    page = Page(response.text)
    assert_accessible(page, links)
    return page
