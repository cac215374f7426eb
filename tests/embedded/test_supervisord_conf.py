"""The supervisor's configuration equals the list of processes; its log tells who keeps dying."""

import configparser
import shlex
from pathlib import Path

from supervisor.options import ServerOptions

from islandflow.embedded.supervisord_conf import CrashWatch, command_line, configuration
from islandflow.processes import processes

LISTED = processes(host="127.0.0.1", port="8000", source="synthetic", news="synthetic")
PYTHON = Path("/venv/bin/python")


def written(tmp_path: Path) -> configparser.RawConfigParser:
    text = configuration(LISTED, python=PYTHON, project=Path("/pro%ject"), run=tmp_path)
    (tmp_path / "supervisord.conf").write_text(text)
    parser = configparser.RawConfigParser(inline_comment_prefixes=(" ;",))
    parser.read_string(text)
    return parser


def test_every_process_is_a_program_with_its_command(tmp_path: Path) -> None:
    parser = written(tmp_path)

    programs = {
        section.removeprefix("program:"): shlex.split(parser[section]["command"])
        for section in parser.sections()
        if section.startswith("program:")
    }
    before = ["setpriv", "--pdeathsig", "TERM", str(PYTHON)]
    assert programs == {process.name: [*before, *process.arguments] for process in LISTED}
    assert parser["group:islandflow"]["programs"].split(",") == [each.name for each in LISTED]


def test_every_program_is_restarted_and_never_given_up(tmp_path: Path) -> None:
    parser = written(tmp_path)

    for process in LISTED:
        program = parser[f"program:{process.name}"]
        assert program["autorestart"] == "true"
        assert int(program["startretries"]) > 100_000
        assert program["killasgroup"] == "true"
        assert program["directory"] == "/pro%%ject"


def test_supervisord_itself_reads_it(tmp_path: Path) -> None:
    written(tmp_path)
    options = ServerOptions()

    options.realize(["--configuration", str(tmp_path / "supervisord.conf")])

    (group,) = options.process_group_configs
    assert {program.name for program in group.process_configs} == {each.name for each in LISTED}
    assert {program.directory for program in group.process_configs} == {"/pro%ject"}


def test_stopping_everything_fits_into_the_patience_of_bin_up() -> None:
    assert max(process.stop_patience_s for process in LISTED) < 15


def test_words_survive_the_trip_through_a_command_line() -> None:
    words = ["a b", 'say "x"', "back\\slash", "; no comment", "100%"]

    line = command_line(words)

    assert [word.replace("%%", "%") for word in shlex.split(line)] == words


def test_watch_reports_a_process_that_ends_three_times_in_a_minute(tmp_path: Path) -> None:
    log = tmp_path / "supervisord.log"
    watch = CrashWatch(log)
    line = "2026-01-02 10:00:00,000 WARN exited: compute (exit status 1; not expected)\n"

    log.write_text(line)
    first = watch.look(0.0)
    log.write_text(line * 3 + "2026-01-02 INFO spawned: 'web' with pid 3\n")
    second = watch.look(59.0)

    assert first == {}
    assert second == {"compute": "exit status 1; not expected"}
    assert watch.look(60.0) == {}


def test_watch_is_silent_about_rare_ends_and_old_lines(tmp_path: Path) -> None:
    log = tmp_path / "supervisord.log"
    line = "x INFO exited: web (terminated by SIGKILL; not expected)\n"
    log.write_text(line * 9)
    watch = CrashWatch(log)

    reports = []
    for number in range(1, 6):
        log.write_text(line * (9 + number))
        reports.append(watch.look(number * 40.0))

    assert reports == [{}] * 5


def test_watch_reads_a_line_only_when_it_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "supervisord.log"
    watch = CrashWatch(log)
    line = "x INFO exited: web (exit status 1; not expected)\n"

    log.write_text(line * 2 + line[:20])
    first = watch.look(0.0)
    log.write_text(line * 3)

    assert first == {}
    assert "web" in watch.look(1.0)


def test_watch_follows_a_new_file(tmp_path: Path) -> None:
    log = tmp_path / "supervisord.log"
    log.write_text("old\n" * 1000)
    watch = CrashWatch(log)

    log.write_text("x INFO exited: beat (exit status 2; not expected)\n" * 3)

    assert "beat" in watch.look(0.0)
