"""pySigma's SQLite backend and Probity fire the same rules on the same rows.

Usage: sqlite_rows.py PROBITY CONFIG

Every row of the run, as rules see it, becomes a row of an SQLite table; every shipped rule becomes a query over it.
"""

import json
import pathlib
import sqlite3
import subprocess
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingPipeline

from sigma_files import rules

BATCH = 5_000


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table(connection, program, config, scope):
    """Loads the facts of one scope, with the rules that Probity fires on each row."""
    dump = subprocess.Popen(
        [program, "rules", "facts", "--dump", config, "--scope", scope], stdout=subprocess.PIPE, text=True
    )
    columns, fired, batch = None, [], []
    for line in dump.stdout:
        row = json.loads(line)
        if columns is None:
            columns = list(row["facts"])
            names = ", ".join(quoted(name) for name in columns)
            connection.execute(f"CREATE TABLE of_{scope} (row INTEGER PRIMARY KEY, {names})")
        # SQLite has no booleans: the backend writes true and false as text, and so are they held.
        values = [str(v).lower() if isinstance(v, bool) else v for v in row["facts"].values()]
        batch.append([len(fired), *values])
        fired.append(set(row["fired"]))
        if len(batch) == BATCH:
            insert(connection, scope, batch)
    insert(connection, scope, batch)
    if dump.wait() != 0:
        sys.exit(f"the facts of {scope} could not be read")
    return fired


def insert(connection, scope, batch):
    if batch:
        marks = ", ".join("?" * len(batch[0]))
        connection.executemany(f"INSERT INTO of_{scope} VALUES ({marks})", batch)
        batch.clear()


def main(program, config):
    connection = sqlite3.connect(":memory:")
    backend = sqliteBackend(processing_pipeline=ProcessingPipeline())
    loaded, compared, firings, wrong = {}, 0, 0, []
    for path in rules():
        text = path.read_text(encoding="utf-8")
        if "\ncorrelation:" in text:
            continue  # over several rules and rows, and so no query over one table
        collection = SigmaCollection.from_yaml(text)
        rule = collection.rules[0]
        scope = rule.logsource.category
        if scope not in loaded:
            loaded[scope] = table(connection, program, config, scope)
        [query] = backend.convert(collection)
        where = query.split(" WHERE ", 1)[1]
        found = {row for (row,) in connection.execute(f"SELECT row FROM of_{scope} WHERE {where}")}
        expected = {row for row, names in enumerate(loaded[scope]) if rule.name in names}
        compared += len(loaded[scope])
        firings += len(expected)
        for row in sorted(found ^ expected)[:3]:
            who = "SQLite" if row in found else "Probity"
            wrong.append(f"{path.parent.name}/{rule.name}: only {who} fires on row {row} of {scope}: {where}")
    if compared == 0 or firings == 0:
        wrong.append("nothing was compared")
    print("\n".join(wrong) or f"{compared} answers agree, {firings} of them firings")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2]))
