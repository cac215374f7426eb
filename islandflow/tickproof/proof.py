"""The course of the whole proof, and its verdict."""

from collections.abc import Callable, Sequence
from pathlib import Path

from flow.storage.db import connect
from flow.storage.schemas import RUNS
from islandflow.tickproof.claims import DAYS, claims_of, day_line
from islandflow.tickproof.comparing import ProofFailed, Say, SymbolProof, prove_symbol
from islandflow.tickproof.episodes import events_of, lines_of
from islandflow.tickproof.repeating import prove_day

WEEK_LIMIT_S = 60.0  # for deriving what was imported of one symbol

Write = Callable[[str], object]


def prove(
    data: Path, files: Sequence[Path], name: str, *, seed: int, say: Say, write: Write
) -> str:
    """Prove every symbol's folder below `data`, then the repeated day; return the verdict.

    Shape: `files` are the day's, `name` is what to call it. Errors: ProofFailed.
    """
    folders = sorted(folder for folder in data.iterdir() if any(folder.glob("*_trade.zip")))
    proofs = []
    for folder in folders:
        proof = prove_symbol(folder, say=say)
        write(proof.line)
        for number, figures in proof.days.items():
            write(day_line(f"{proof.symbol} {number}", figures))
        proofs.append(proof)
    told = _check_claims(proofs, write)
    day = prove_day(files, name, seed=seed, say=say)
    with connect(RUNS, "tick proof", idle_ms=0) as conn:
        for line in lines_of(events_of(conn, day.run)):
            write(line)
    slow = [proof.line for proof in proofs if proof.derive_s > WEEK_LIMIT_S]
    if slow:
        raise ProofFailed(f"to derive took more than {WEEK_LIMIT_S:.0f} s: {slow}")
    trades, quotes = sum(proof.trades for proof in proofs), sum(proof.quotes for proof in proofs)
    bars = sum(proof.bars for proof in proofs)
    daily = sum(2 * len(proof.days) for proof in proofs)
    return (
        f"{trades:,} trades, {quotes:,} quote rows, {bars:,} bars and {daily} daily bars as in"
        f" pandas; {told}; {name} {day.line}"
    )


def _check_claims(proofs: Sequence[SymbolProof], write: Write) -> str:
    days = {(proof.symbol, day): found for proof in proofs for day, found in proof.days.items()}
    if days.keys() != DAYS:
        return "no figure is written down of these files"
    trades, quotes = sum(proof.trades for proof in proofs), sum(proof.quotes for proof in proofs)
    claims = list(claims_of(days, trades=trades, quotes=quotes))
    for claim in claims:
        write(f"{'agrees ' if claim.holds else 'DIFFERS'} {claim.text}")
    wrong = [claim.text for claim in claims if not claim.holds]
    if wrong:
        raise ProofFailed(f"of {len(claims)} written figures {len(wrong)} differ: {wrong}")
    return f"{len(claims)} written figures agree"
