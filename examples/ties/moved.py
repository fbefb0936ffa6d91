"""A world of `simulate` in which a fifth of the staff moved house and changed cars, with HR states that say when.

    python3 examples/ties/moved.py WORLD MOVED             # writes the world, and MOVED/searches.csv
    probity match --staff MOVED/staff.csv --relations MOVED/relationships.csv --people MOVED/people.csv \\
        --queries MOVED/searches.csv --as-of 2026-03-31 --out answers.csv
    python3 examples/ties/moved.py MOVED/searches.csv answers.csv --count

Their old home is one at which the nominal index has people: a third of those bear no days, a third came after the
move, a third shared it for a hundred days or more. Their old car is one that somebody on the index keeps since. The
searches are for these people, by their record and by what is known of them, for the car, and for the member of staff at the
old address. The own circle is measured as before, with MOVED/truth/searches.csv.
"""

import collections
import csv
import datetime
import pathlib
import random
import shutil
import sys

END = datetime.date(2026, 3, 31)


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path, table):
    keys = list(dict.fromkeys(key for row in table for key in row))
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, keys, restval="")
        writer.writeheader()
        writer.writerows(table)


def move(world, moved):
    draw = random.Random(5)
    staff, people = rows(world / "staff.csv"), rows(world / "people.csv")
    taken = {row["address"].lower() for row in staff}
    homes = collections.defaultdict(list)
    for person in people:
        if person["address"] and person["postcode"] and person["address"].lower() not in taken:
            homes[person["address"], person["postcode"]].append(person)
    free = [home for home, there in homes.items() if len(there) <= 4]
    keepers = [person for person in people if person["vrms"] and ";" not in person["vrms"]]
    draw.shuffle(free)
    draw.shuffle(keepers)
    states, searches = [], []

    def search(what, by, **terms):
        searches.append({"query_id": f"{what}:{len(searches)}", "staff_id": by, "at": "2026-03-20", **terms})

    def ago(days):
        return END - datetime.timedelta(days=days)

    for row in staff:
        if draw.random() >= 0.2 or not row["address"]:
            states.append(row)
            continue
        left = draw.randint(60, 1500)
        home, keeper = free.pop(), keepers.pop()
        before = {"address": home[0], "postcode": home[1], "vrms": keeper["vrms"], "valid_from": "2019-01-01"}
        states += [{**row, **before}, {**row, "valid_from": ago(left).isoformat()}]
        keeper["valid_from"] = ago(left - 20).isoformat()
        for person in homes[home]:
            what = draw.choice(["undated", "came after", "shared it"])
            if what == "came after":
                person["valid_from"] = ago(left - draw.randint(1, 30)).isoformat()
            elif what == "shared it":
                person["valid_from"] = ago(left + draw.randint(100, 700)).isoformat()
            terms = {f"q_{key}": person[key] for key in ("forename", "surname", "dob", "address", "postcode")}
            search(f"{what}, typed", row["staff_id"], **terms)
            search(f"{what}, record", row["staff_id"], subject_id=person["subject_id"])
        search("the car", row["staff_id"], q_vrm=keeper["vrms"])
        own = {f"q_{key}": row[key] for key in ("forename", "surname")}
        search("own name, old address", row["staff_id"], **own, q_address=home[0], q_postcode=home[1])
    (moved / "truth").mkdir(parents=True, exist_ok=True)
    write(moved / "staff.csv", states)
    write(moved / "people.csv", people)
    write(moved / "searches.csv", searches)
    for name in ("relationships.csv", "truth/searches.csv"):
        shutil.copy(world / name, moved / name)


def count(searches, answers):
    first = {}
    for row in rows(answers):
        first.setdefault(row["query_id"], row["answer"].split(":")[0])
    told = collections.defaultdict(collections.Counter)
    for row in rows(searches):
        told[row["query_id"].split(":")[0]][first.get(row["query_id"], "nobody")] += 1
    for what, whom in sorted(told.items()):
        print(f"| {what} | {sum(whom.values())} |", ", ".join(f"{n} {who}" for who, n in whom.most_common()), "|")


if __name__ == "__main__":
    one, two = map(pathlib.Path, sys.argv[1:3])
    (count if "--count" in sys.argv else move)(one, two)
