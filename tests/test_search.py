import json
import re
from importlib.resources import files

from newsmirror.search import CHUNK, SHARDS, Found, make_index, normal_form, pairs, shard_of


def index_of(*titles: str) -> dict[str, object]:
    """Content of each script of the index, by its name."""
    entries = [Found(title, f"pages/{number}.html", "2021-12-17") for number, title in enumerate(titles)]
    found = {}
    for file in make_index(entries):
        match = re.fullmatch(r"newsmirror\.(pairs|titles)\((\d+),(.*)\);\n", file.content.decode())
        assert match
        assert file.path == f"search/{match[1]}-{match[2]}.js"
        found[f"{match[1]}-{match[2]}"] = json.loads(match[3])
    return found


def numbers(index: dict[str, object], pair: str) -> list[int]:
    shard = index[f"pairs-{shard_of(pair)}"]
    assert isinstance(shard, dict)
    total, found = 0, []
    for step in shard.get(pair, []):
        total += step
        found.append(total)
    return found


def test_pairs_of_letters_and_digits_that_stand_together() -> None:
    assert list(pairs("习近平、G7 峰会！１２")) == ["习近", "近平", "g7", "峰会", "12"]


def test_rare_characters_beyond_the_first_plane_are_left_out() -> None:
    assert list(pairs("𠮷野家")) == ["野家"]


def test_normal_form_folds_width_and_case() -> None:
    assert normal_form("ＡBc　１") == "abc 1"


def test_titles_are_found_by_their_pairs() -> None:
    index = index_of("河边的钟声", "钟声又响", "别的")

    assert numbers(index, "钟声") == [0, 1]
    assert numbers(index, "河边") == [0]
    assert numbers(index, "没有") == []
    assert index["titles-0"] == [
        ["河边的钟声", "pages/0.html", "2021-12-17"], ["钟声又响", "pages/1.html", "2021-12-17"],
        ["别的", "pages/2.html", "2021-12-17"],
    ]  # fmt: skip


def test_pair_that_stands_twice_counts_once() -> None:
    assert numbers(index_of("钟声钟声"), "钟声") == [0]


def test_titles_are_cut_into_chunks() -> None:
    index = index_of(*(f"第{number}篇" for number in range(CHUNK * 2 + 1)))

    chunks = sorted(name for name in index if name.startswith("titles-"))
    assert chunks == ["titles-0", "titles-1", "titles-2"]
    last = index["titles-2"]
    assert isinstance(last, list)
    assert last[0][0] == f"第{CHUNK * 2}篇"


def test_every_shard_is_there_even_when_it_is_empty() -> None:
    assert sum(name.startswith("pairs-") for name in index_of()) == SHARDS


def test_new_titles_leave_old_chunks_as_they_are() -> None:
    titles = [f"第{number}篇" for number in range(CHUNK + 5)]

    before, after = index_of(*titles), index_of(*titles, "新的")

    assert before["titles-0"] == after["titles-0"]


def test_title_cannot_leave_its_script() -> None:
    scripts = b"".join(file.content for file in make_index([Found('</script>\u2028\\"', "p.html", "2021-12-17")]))

    assert b"</script" not in scripts
    assert "\u2028".encode() not in scripts


def test_script_and_index_agree_on_their_numbers() -> None:
    script = files("newsmirror").joinpath("templates/search.js").read_text(encoding="utf-8")

    assert f"SHARDS = {SHARDS}, CHUNK = {CHUNK}," in script
    assert "pair.charCodeAt(0) * 31 + pair.charCodeAt(1)) % SHARDS" in script
