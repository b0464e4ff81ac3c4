import pytest

from newsmirror.text import fold, one_line


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("a\u00a0b", "a b"),
        ("a \t\r\n b", "a b"),
        ("河\u200b边", "河边"),
        ("\ufeff河\u2060边\u00ad", "河边"),
        ("\u202e河\u202c边\u200f", "河边"),
        ("\u2066河边\u2069", "河边"),
        ("河\x00边\x08", "河边"),
        ("河边\n钟声", "河边钟声"),
        ("河边，\n  “钟声”", "河边，“钟声”"),
        ("river\n钟声", "river 钟声"),
        ("one\ntwo", "one two"),
        ("e\u0301", "\u00e9"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("河\u3000边", "河\u3000边"),
        ("河\u200d边\u200c", "河边"),
        ("\u0645\u06cc\u200c\u062e\u0648", "\u0645\u06cc\u200c\u062e\u0648"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
        ("河\U000e0041\U000e0042边", "河边"),
        ("z" + "\u0335" * 30, "z" + "\u0335" * 4),
        ("河\ufff9边\ufffb", "河边"),
        ("河\u3164边\uffa0", "河边"),
        ("河\u034f边\u17b4\u180b\u2800\ufe00钟\u2764\ufe0f", "河边钟\u2764\ufe0f"),
        ("a\u2028b\x0bc", "a b c"),
        ("a\x96b\x85\x93c\x94\x81", "a–b…“c”"),
        ("a\ud800\uffff", "a"),
        ("河\ufffd边\ue000", "河\ufffd边\ue000"),
        ("葛\U000e0100城", "葛\U000e0100城"),
    ],
)
def test_fold(raw: str, folded: str) -> None:
    assert fold(raw) == folded


def test_fold_keeps_one_space_at_each_end() -> None:
    assert fold("  a  ") == " a "


def test_one_line_cuts_white_space_and_the_chinese_indent_at_both_ends() -> None:
    assert one_line("\u3000\u3000 河边 的\n钟声\u00a0 ") == "河边 的钟声"


def test_one_line_of_invisible_characters_is_empty() -> None:
    assert one_line("\u200b\ufeff \u3000") == ""
