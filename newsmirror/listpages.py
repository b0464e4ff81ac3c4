"""Lists, the index of tags, the front page and the address book → Markdown. Pure; all words are in ``templates/``."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from newsmirror import paths
from newsmirror.escape import destination, escape
from newsmirror.lists import Entry, Listing, TagEntry, TagPage
from newsmirror.render import PageStyle, anchor, heading_of, render, words_in
from newsmirror.script import Script
from newsmirror.site import Site

Names = list[dict[str, str]]
"""Links as templates have them: ``name``, ``path``, ``anchor``."""


def render_list(listing: Listing, *, style: PageStyle) -> str:
    """A category's, tag's or month's list."""
    script = style.script
    return render(
        "list.md.j2",
        listing.path,
        script,
        title=heading_of(script.convert(listing.title)),
        parent=_link(listing.parent, script),
        all_tags=paths.tags_path() if listing.path.startswith("tags/") else None,
        newer=_link(listing.newer, script),
        older=_link(listing.older, script),
        earlier=_link(listing.earlier, script),
        days=[(day, list(group)) for day, group in groupby(_lines(listing, script), itemgetter(0))]
        if listing.by_day
        else [("", _lines(listing, script))],
        parts=listing.parts,
        years=[
            (year, [(name[5:], paths.relative(path, listing.path)) for name, path in months])
            for year, months in groupby(listing.months, lambda month: month[0][:4])
        ],
    )


def _link(target: tuple[str, str] | None, script: Script) -> dict[str, str] | None:
    """Name and path as a template has them."""
    return {"name": escape(script.convert(target[0]), urls=False), "path": target[1]} if target else None


def _lines(listing: Listing, script: Script) -> list[tuple[str, str, str]]:
    """Day, title and link of each entry: a run writes some 20,000 of them, and templates unpack tuples fastest."""
    return [
        (entry.day.isoformat(), _title(entry, script), paths.relative(entry.path, listing.path))
        for entry in listing.entries
    ]


def _title(entry: Entry, script: Script) -> str:
    return escape(script.convert(entry.title), urls=False)


def _entry(entry: Entry, script: Script) -> dict[str, str | None]:
    return {
        "day": entry.day.isoformat(),
        "title": _title(entry, script),
        "path": entry.path,
        "category": script.convert(entry.category) if entry.category else None,
    }


def render_tags(page: TagPage, *, style: PageStyle) -> str:
    """A page of tags by their first characters."""
    script = style.script
    groups = [
        {"heading": heading_of(script.convert(character)), "tags": [_tag(entry, page.path, script) for entry in group]}
        for character, group in groupby(page.entries, lambda entry: entry.name[0])
    ]
    return render("tags.md.j2", page.path, script, groups=groups, parts=page.parts, all=paths.tags_path())


def _tag(entry: TagEntry, start: str, script: Script) -> tuple[str, str, list[str]]:
    """Name, link and further links of a tag on the page *start*."""
    link, *others = (paths.relative(path, start) for path in entry.paths)
    return escape(script.convert(entry.name), urls=False), link, others


def render_characters(page: TagPage, *, style: PageStyle) -> str:
    """A page of the first characters of tags."""
    script = style.script
    rows = [
        [
            {
                "name": escape(script.convert(entry.name), urls=False),
                "path": entry.paths[0],
                "anchor": anchor(script.convert(entry.name)),
            }
            for entry in group
        ]
        for _, group in groupby(page.entries, lambda entry: ord(entry.name) >> 8)
    ]
    return render("characters.md.j2", page.path, script, rows=rows, parts=page.parts)


@dataclass(frozen=True)
class Front:
    """What stands on the front page."""

    entries: tuple[Entry, ...]
    categories: tuple[tuple[str, str], ...]
    """Key and name of those that have articles."""
    followed: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    """Tags; each has a page."""
    has_tags: bool = False
    """Whether there is an index of tags."""
    has_hot: bool = False
    """Whether there is a list of what is read most."""
    feeds: bool = False
    """Whether there are Atom feeds."""
    address: str | None = None
    """Public address of the front page; its QR code stands beside it then."""


def render_front(front: Front, *, site: Site, style: PageStyle) -> str:
    """The front page."""
    script = style.script
    return render(
        "readme.md.j2",
        paths.FRONT,
        script,
        site=script.convert(site.title),
        entries=[_entry(entry, script) for entry in front.entries],
        categories=[
            {
                "name": escape(script.convert(name)),
                "path": f"{paths.category_stem(key)}.md",
                "feed": paths.feed_path(key),
            }
            for key, name in front.categories
        ],
        followed=_tag_links(front.followed, script),
        usual=_tag_links(front.usual, script),
        hot=paths.HOT if front.has_hot else None,
        all_tags=paths.tags_path() if front.has_tags else None,
        feeds=front.feeds,
        address=destination(front.address) if front.address else None,
        qr=paths.qr_path(paths.FRONT),
    )


def _tag_links(names: tuple[str, ...], script: Script) -> Names:
    return [{"name": escape(script.convert(name), urls=False), "path": f"{paths.tag_stem(name)}.md"} for name in names]


def render_hot(sections: Mapping[str, list[Entry]], *, style: PageStyle) -> str:
    """What is read most; *sections* are entries by the key of their heading's words, those without entries left out."""
    shown = [
        (words_in(style.script)[key], [_entry(entry, style.script) for entry in entries])
        for key, entries in sections.items()
        if entries
    ]
    return render("hot.md.j2", paths.HOT, style.script, sections=shown)


def render_links(*, site: Site, prefix: str | None, style: PageStyle, signed: bool = False) -> str:
    """The address book; *signed*: say how to check the publisher's signature."""
    address = destination(paths.public_address(prefix, paths.FRONT, "")) or None
    return render(
        "links.md.j2",
        paths.LINKS,
        style.script,
        site=style.script.convert(site.title),
        host=site.host,
        address=address,
        links=style.blocks.links,
        signed=signed,
    )
