"""Matches the tasks that `febrl FOLDER` wrote with Splink, in the settings of its tutorial on FEBRL4.

    cargo run --release --example febrl -- FOLDER
    pip install splink==5.0.0
    python examples/febrl/beside_splink.py FOLDER

Compared are names, birth date, street address and postcode; the identity number of the data is left out. The best
pair of each search is its answer; a claim is a match probability of a half or more.
"""

import sys
import time
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on


def answers(folder, task):
    con = duckdb.connect()
    con.execute("SET threads TO 2")
    tables = []
    for name in ("register", "searches"):
        path = folder / f"{task}-{name}.csv"
        con.execute(
            f"CREATE TABLE {name} AS SELECT '{name}-' || person || '-' || row_number() OVER () AS rec_id, person, "
            "nullif(given_name, '') AS given_name, nullif(surname, '') AS surname, "
            "nullif(date_of_birth, '') AS date_of_birth, nullif(address, '') AS address, "
            f"nullif(postcode, '') AS postcode FROM read_csv('{path}', all_varchar = true, header = true)"
        )
        tables.append(name)
    rules = [
        block_on("given_name", "surname"),
        block_on("date_of_birth"),
        block_on("postcode", "surname"),
        block_on("postcode", "given_name"),
        block_on("address"),
        block_on("surname", "substr(date_of_birth, 1, 4)"),
        block_on("given_name", "substr(date_of_birth, 1, 4)"),
    ]
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison(
                "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
            ),
            cl.LevenshteinAtThresholds("address", [2, 5]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1]).configure(term_frequency_adjustments=True),
        ],
    )
    api = DuckDBAPI(connection=con)
    try:
        linker = Linker([api.register(t) for t in tables], settings)
    except AttributeError:
        linker = Linker(tables, settings, db_api=api)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given_name", "surname", "date_of_birth"), block_on("surname", "address", "postcode")], recall=0.8
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("date_of_birth"), block_on("postcode", "surname"), block_on("given_name", "surname")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    pairs = linker.inference.predict(threshold_match_probability=0.000001)
    frame = pairs.as_record_list()
    best = {}
    for row in frame:
        left, right = row["rec_id_l"], row["rec_id_r"]
        if left.startswith("searches"):
            left, right = right, left
        weight = (row["match_probability"], row["match_weight"])
        if right not in best or weight > best[right][0]:
            best[right] = (weight, left)
    register = {r[0] for r in con.execute("SELECT person FROM register").fetchall()}
    searches = con.execute("SELECT rec_id, person FROM searches").fetchall()
    return register, searches, best


def main(folder):
    print("| task | present | precision | recall | F1 | average precision | recall at .99 | at .999 | claims on absent | s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for task in ("whole", "absent", "partial"):
        start = time.time()
        register, searches, best = answers(folder, task)
        seconds = time.time() - start
        present = sum(person in register for _, person in searches)
        absent = len(searches) - present
        ranked = []
        for rec_id, person in searches:
            if rec_id in best:
                (probability, weight), left = best[rec_id]
                ranked.append((probability, weight, left.split("-")[1] == person, person in register))
        # Equals count wrong first.
        ranked.sort(key=lambda r: (-r[0], -r[1], r[2]))
        claims = [r for r in ranked if r[0] >= 0.5]
        right = sum(r[2] for r in claims)
        precision, recall = right / max(1, len(claims)), right / present
        total, area, at = 0, 0.0, {0.99: 0, 0.999: 0}
        for rank, row in enumerate(ranked, 1):
            total += row[2]
            area += total / rank if row[2] else 0.0
            for level in at:
                if total / rank >= level:
                    at[level] = total
        on_absent = sum(not r[3] for r in claims)
        share = f"{100 * on_absent / absent:.2f} % of {absent}" if absent else "–"
        print(
            f"| {task} | {present} | {precision:.4f} | {recall:.4f} | {2 * precision * recall / (precision + recall):.4f} "
            f"| {area / present:.4f} | {at[0.99] / present:.4f} | {at[0.999] / present:.4f} | {share} | {seconds:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
