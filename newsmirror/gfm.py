"""GitHub Flavored Markdown → HTML. Pure.

comrak, which GitLab uses, reads the text. Over 474 real pages and their lists it gives what GitHub's own cmark-gfm
gives (`tests/test_hostview.py`); cmark-gfm's binding never frees what it has read, 39 KB a page.
"""

from functools import cache

from comrak import ExtensionOptions, RenderOptions, render_markdown


@cache
def _options() -> tuple[ExtensionOptions, RenderOptions]:
    extension, render = ExtensionOptions(), RenderOptions()
    extension.table = extension.strikethrough = extension.autolink = True
    render.unsafe_ = render.github_pre_lang = True
    return extension, render


def render_gfm(markdown: str) -> str:
    """The HTML of a Markdown text, with its raw HTML as it stands: what hosts' filters are given."""
    extension, render = _options()
    return str(render_markdown(markdown, extension_options=extension, render_options=render))
