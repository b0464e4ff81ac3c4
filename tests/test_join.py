"""Several publishers of one mirror: nothing of either is lost, and all end with the same."""

import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsmirror.config import Config
from newsmirror.outcome import Outcome, PushResult
from newsmirror.status import Result
from tests.conftest import git
from tests.githost import make_bare, set_hook, tip_of
from tests.test_publish import publish, story

AUTHOR = ("-c", "user.name=a", "-c", "user.email=a@b.example")


def open_copy(root: Path, *remotes: Path, of: Path | None = None) -> Config:
    """A publisher's working copy, new or cloned, with remotes named by their folders."""
    if of:
        git(root.parent, "clone", "-q", "-b", "main", str(of), str(root))
        git(root, "remote", "remove", "origin")
    else:
        git(root.parent, "init", "-q", "-b", "main", str(root))
    for remote in remotes:
        git(root, "remote", "add", remote.stem, str(remote))
    return Config.from_settings({
        "NEWSMIRROR_REPO": str(root), "NEWSMIRROR_REMOTES": ",".join(remote.stem for remote in remotes),
        "NEWSMIRROR_PUBLIC_URL": "https://mirror.example/",
    })  # fmt: skip


Pair = tuple[Config, Config, Path]


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """Two publishers of a mirror with one article, and their remote."""
    far = make_bare(tmp_path / "far.git")
    one = open_copy(tmp_path / "one", far)
    publish(one, story(1))
    return one, open_copy(tmp_path / "two", far, of=far), far


def tree(repo: Path) -> str:
    return git(repo, "rev-parse", "main^{tree}")


def alone(tmp_path: Path, *runs: list[int]) -> str:
    """The tree that one publisher makes of these articles in these runs."""
    config = open_copy(tmp_path / "alone")
    for run in runs:
        publish(config, *map(story, run))
    return tree(config.repo)


def result_of(result: Result) -> PushResult:
    return result.remotes[0].result


def assert_sound(*configs: Config) -> None:
    for config in configs:
        assert git(config.repo, "fsck", "--strict", "--no-dangling") == ""
        assert git(config.repo, "status", "--porcelain") == ""


def test_commit_is_built_anew_on_top_of_what_another_pushed(pair: Pair, tmp_path: Path) -> None:
    one, two, far = pair
    theirs = publish(one, story(2)).commit

    result = publish(two, story(3))

    assert (result.outcome, result_of(result)) == (Outcome.PUBLISHED, PushResult.PUSHED)
    assert result.commit == tip_of(far) == tip_of(two.repo)
    assert git(two.repo, "rev-parse", "main^") == theirs
    assert git(two.repo, "log", "-1", "--format=%an %ai %s") == (
        "newsmirror 2026-11-24 08:00:00 +0000 newsmirror: 1 new, 0 updated"
    )
    assert tree(two.repo) == alone(tmp_path, [1], [2], [3])
    assert_sound(two)


def test_both_end_with_the_same_and_nothing_new(pair: Pair) -> None:
    one, two, far = pair
    publish(one, story(2))
    publish(two, story(3))

    results = [publish(one), publish(two), publish(one)]

    assert [result.outcome for result in results] == [Outcome.NOTHING_NEW] * 3
    assert {result_of(result) for result in results} == {PushResult.CURRENT}
    assert tip_of(one.repo) == tip_of(two.repo) == tip_of(far)
    assert_sound(one, two)


def test_what_was_taken_over_is_known(pair: Pair) -> None:
    one, two, _ = pair
    publish(one, story(2, tags=("天气",)))
    publish(two)

    again = publish(two, story(2, tags=("天气",), title="新题目"))

    assert (again.new, again.updated) == (0, 1)
    assert (two.repo / "pages/2026/11/23/2.md").exists()


def test_merge_holds_both_where_another_remote_has_ours(pair: Pair, tmp_path: Path) -> None:
    one, two, far = pair
    second = make_bare(tmp_path / "second.git")
    two = replace(two, pushing=open_copy(tmp_path / "x", far, second).pushing)
    set_hook(far, "pre-receive", "exit 1")
    ours = publish(two, story(3)).commit
    set_hook(far, "pre-receive", "exit 0")
    theirs = publish(one, story(2)).commit

    result = publish(two)

    assert [push.result for push in result.remotes] == [PushResult.PUSHED, PushResult.PUSHED]
    assert git(two.repo, "log", "-1", "--format=%P").split() == [theirs, ours]
    assert tip_of(far) == tip_of(second) == tip_of(two.repo)
    assert tree(two.repo) == alone(tmp_path, [1, 2, 3])
    assert_sound(two)


def test_backlog_of_several_commits_goes_on_top(pair: Pair, tmp_path: Path) -> None:
    one, two, far = pair
    offline = replace(two, pushing=replace(two.pushing, remotes=()))
    for number in (4, 5):
        publish(offline, story(number))
    publish(one, story(2))
    publish(one, story(3))

    result = publish(two, story(6))

    assert result_of(result) is PushResult.PUSHED
    assert git(two.repo, "log", "-1", "--format=%s") == "newsmirror: 3 new, 0 updated"
    assert tip_of(far) == tip_of(two.repo)
    assert tree(two.repo) == alone(tmp_path, [1], [2], [3], [4, 5, 6])


def test_same_article_from_both_is_no_commit_of_its_own(pair: Pair) -> None:
    one, two, far = pair
    theirs = publish(one, story(2)).commit

    result = publish(two, story(2))

    assert result_of(result) is PushResult.CURRENT
    assert tip_of(two.repo) == tip_of(far) == theirs


@pytest.mark.parametrize("later", ["one", "two"])
def test_later_version_of_an_article_stays_with_all_that_belongs_to_it(
    pair: Pair, later: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, far = pair
    texts = {"one": "甲地的版本，写于早晨。", "two": "乙地的版本，写于傍晚。"}
    first = story(2, texts["one"], tags=("天气",), title="甲题")
    second = story(2, texts["two"], tags=("乡村",), title="乙题")
    monkeypatch.setattr("tests.test_publish.NOW", _hour(10 if later == "one" else 8))
    publish(one, first)
    monkeypatch.setattr("tests.test_publish.NOW", _hour(9))

    publish(two, second)
    publish(one)

    assert tip_of(one.repo) == tip_of(two.repo) == tip_of(far)
    page = (two.repo / "pages/2026/11/23/2.md").read_text(encoding="utf-8")
    record = (two.repo / "data/2026/11/23/2.md").read_text(encoding="utf-8")
    data = (two.repo / "data/2026/11/23.jsonl").read_text(encoding="utf-8")
    title, other = ("甲题", "乙题") if later == "one" else ("乙题", "甲题")
    assert texts[later] in page
    assert texts[later] in record
    assert title in data
    assert other not in data + (two.repo / "README.md").read_text(encoding="utf-8")
    lists = {tag: list(two.repo.glob(f"tags/*/{tag}.md")) for tag in ("天气", "乡村")}
    lost = lists["乡村" if later == "one" else "天气"]
    assert [path for path in lost if "第2篇" in path.read_text(encoding="utf-8")] == []
    assert_sound(one, two)


def _hour(hour: int) -> object:
    from tests.test_publish import NOW

    return NOW.replace(hour=hour)


def commit_there(tmp_path: Path, far: Path, change: Callable[[Path], object]) -> str:
    """Somebody clones the remote, changes something and pushes it."""
    copy = tmp_path / "stranger"
    git(tmp_path, "clone", "-q", str(far), str(copy))
    change(copy)
    git(copy, "add", "-A")
    git(copy, *AUTHOR, "commit", "-q", "--allow-empty", "-m", "x")
    git(copy, "push", "-q")
    return git(copy, "rev-parse", "HEAD")


def put(path: str, text: str) -> Callable[[Path], object]:
    def write(copy: Path) -> None:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text(text, encoding="utf-8")

    return write


@pytest.mark.parametrize("path", ["LICENSE", "indexes/p3.md"])
def test_persons_text_and_edits_of_lists_are_taken_along(pair: Pair, tmp_path: Path, path: str) -> None:
    _, two, far = pair
    theirs = commit_there(tmp_path, far, put(path, "words of a person\n"))

    result = publish(two, story(3))

    assert result_of(result) is PushResult.PUSHED
    assert git(two.repo, "rev-parse", "main^") == theirs
    kept = "words of a person" in git(two.repo, "show", f"main:{path}")
    assert kept == (path not in ("README.md", "indexes/p3.md"))


DATA = "data/2026/11/23.jsonl"
PAGE = "pages/2026/11/23/1.md"


def edit(path: str, old: str, new: str) -> Callable[[Path], object]:
    def change(copy: Path) -> None:
        text = (copy / path).read_text(encoding="utf-8")
        assert old in text
        (copy / path).write_text(text.replace(old, new), encoding="utf-8")

    return change


STRANGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "workflow": (put(".github/workflows/x.yml", "on: push\n"), "outside of the mirror's folders"),
    "attributes": (put(".gitattributes", "* filter=x\n"), "outside of the mirror's folders"),
    "attributes below": (put("pages/.gitattributes", "* filter=x\n"), "outside of the mirror's folders"),
    "modules": (put(".gitmodules", ""), "outside of the mirror's folders"),
    "program": (put("tool.py", "print()\n"), "outside of the mirror's folders"),
    "deleted page": (lambda copy: (copy / PAGE).unlink(), f"they delete {PAGE}"),
    "deleted day": (lambda copy: (copy / DATA).unlink(), f"they delete {DATA}"),
    "link": (lambda copy: (copy / "pages/x.md").symlink_to("/etc/passwd"), "a link, a program or a submodule"),
    "executable": (lambda copy: (copy / PAGE).chmod(0o755), "a link, a program or a submodule"),
    "large": (put("pages/x.md", "字" * 200_000), "has over 524288 bytes"),
    "script": (put("pages/x.md", "<script>1</script>"), "script"),
    "dead link": (put("pages/x.md", "# x\n\n[a](none.md)\n"), "links to pages/none.md, which is not in the tree"),
    "no picture": (put("images/aa/x.webp", "text"), "images/aa/x.webp"),
    "other site": (edit(DATA, "www.secretchina.com", "www.evil.example"), "article 1 cannot be used: it is of another"),
    "other id": (edit(DATA, '"id": 1', '"id": 2'), "article 2 cannot be used: it is of another site"),
    "other place": (edit(DATA, f'"{PAGE}"', '"README.md"'), "its page stands outside of pages/"),
    "no page": (edit(DATA, f'"{PAGE}"', '"pages/none.md"'), "its page is missing"),
    "other line": (edit(DATA, "第1篇", "第一篇"), "its record does not fit its line"),
    "bad time": (edit(DATA, "01:14:00Z", "01:14:00"), "has a line that cannot be read"),
    "bad tag": (edit(DATA, '"教育"', '"教\\n育"'), "its title or tags cannot be used"),
}  # fmt: skip


QUICK = {"workflow", "script", "other line"}


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in STRANGE])
def test_strange_commit_is_left_alone(pair: Pair, tmp_path: Path, name: str) -> None:
    _, two, far = pair
    change, words = STRANGE[name]
    theirs = commit_there(tmp_path, far, change)

    result = publish(two, story(3))

    assert (result.outcome, result_of(result)) == (Outcome.NOT_PUSHED, PushResult.DIVERGED)
    assert words in result.remotes[0].words
    assert tip_of(far) == theirs
    assert tip_of(two.repo) == result.commit
    assert_sound(two)


def test_strange_remote_does_not_keep_others_from_the_commit(pair: Pair, tmp_path: Path) -> None:
    _, two, far = pair
    commit_there(tmp_path, far, put("evil.sh", "rm -rf /\n"))
    good = make_bare(tmp_path / "good.git")
    two = replace(two, pushing=open_copy(tmp_path / "x", far, good).pushing)

    result = publish(two, story(3))

    assert result.outcome is Outcome.PARTLY_PUSHED
    assert tip_of(good) == result.commit


def test_own_commits_of_the_operator_wait_for_the_operator(pair: Pair) -> None:
    one, two, far = pair
    (two.repo / "Makefile").write_text("all:\n")
    git(two.repo, "add", "Makefile")
    git(two.repo, *AUTHOR, "commit", "-q", "-m", "mine")
    theirs = publish(one, story(2)).commit

    result = publish(two, story(3))

    assert result_of(result) is PushResult.DIVERGED
    assert "commits of the working copy cannot be joined by themselves" in result.remotes[0].words
    assert tip_of(far) == theirs
    assert git(two.repo, "show", "main:Makefile") == "all:"


def test_dirty_working_copy_keeps_its_edits(pair: Pair) -> None:
    one, two, _ = pair
    publish(one, story(2))
    (two.repo / PAGE).write_text("edited by hand", encoding="utf-8")
    (two.repo / "secret.key").write_text("mine")

    result = publish(two, story(3))

    assert result_of(result) is PushResult.PUSHED
    assert (two.repo / PAGE).read_text(encoding="utf-8") == "edited by hand"
    assert "secret.key" not in git(two.repo, "ls-tree", "-r", "--name-only", "main")
    assert "edited by hand" not in git(two.repo, "show", f"main:{PAGE}")


def test_publisher_that_is_faster_during_the_push_is_joined(pair: Pair, tmp_path: Path) -> None:
    """The other one pushes after we have asked: its push runs in a hook of ours."""
    one, two, far = pair
    offline = replace(one, pushing=replace(one.pushing, remotes=()))
    theirs = publish(offline, story(2)).commit
    set_hook(
        far, "pre-receive",
        f"test -e {tmp_path}/done && exit 0\ntouch {tmp_path}/done\n"
        f"env -i PATH=\"$PATH\" git -C {one.repo} push -q {far} main",
    )  # fmt: skip

    result = publish(two, story(3))

    assert result_of(result) is PushResult.PUSHED
    assert git(two.repo, "rev-parse", "main^") == theirs
    assert tip_of(far) == tip_of(two.repo)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(9))
def test_any_order_of_runs_ends_with_the_same_tree_everywhere(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    far = [make_bare(tmp_path / "a.git"), make_bare(tmp_path / "b.git")]
    one = open_copy(tmp_path / "one", *far)
    publish(one, story(1))
    copies = [one, open_copy(tmp_path / "two", *far, of=far[0]), open_copy(tmp_path / "three", *far[::-1], of=far[1])]
    numbers = list(range(2, 8))
    while numbers:
        run = [numbers.pop() for _ in range(min(chance.randint(1, 2), len(numbers)))]
        down = chance.choice([*far, None])
        if down:
            set_hook(down, "pre-receive", "exit 1")
        publish(chance.choice(copies), *map(story, run))
        if down:
            set_hook(down, "pre-receive", "exit 0")

    for config in [*copies, *copies]:
        publish(config)

    tips = {tip_of(place) for place in [*far, *(config.repo for config in copies)]}
    assert len(tips) == 1
    assert tree(one.repo) == alone(tmp_path, list(range(1, 8)))
    assert_sound(*copies)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_fifty_races_lose_nothing(pair: Pair, tmp_path: Path) -> None:
    one, two, far = pair
    code = (
        "import sys; from pathlib import Path; from newsmirror.config import Config; "
        "from tests.test_publish import publish, story; "
        "c = Config.from_settings({'NEWSMIRROR_REPO': sys.argv[1], 'NEWSMIRROR_REMOTES': 'far', "
        "'NEWSMIRROR_PUBLIC_URL': 'https://mirror.example/'}); publish(c, story(int(sys.argv[2])))"
    )
    for number in range(2, 102, 2):
        racing = [
            subprocess.Popen(
                [sys.executable, "-c", code, str(config.repo), str(number + turn)], cwd=Path(__file__).parent.parent
            )
            for turn, config in enumerate((one, two))
        ]
        assert [process.wait() for process in racing] == [0, 0]

    for config in (one, two, one):
        publish(config)

    assert tip_of(one.repo) == tip_of(two.repo) == tip_of(far)
    assert len(git(far, "ls-tree", "-r", "--name-only", "main", "pages/").splitlines()) == 2 * 101
    assert_sound(one, two)
