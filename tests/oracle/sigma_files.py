"""The shipped rules fit the published Sigma schemas and pass `sigma check`."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import jsonschema
import yaml

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent.parent / "rules"
NO_FAMILIES = {"lists", "explanations"}
# Both load lists of tags from the network.
ONLINE = ["attacktag", "d3_fendtag"]


class Loader(yaml.SafeLoader):
    """Dates stay text, as the schemas have them."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def rules():
    for path in sorted(RULES.glob("*/*.yml")):
        if path.parent.name not in NO_FAMILIES and not path.name.endswith(".test.yml"):
            yield path


def schema(name):
    return json.loads((HERE / "schemas" / name).read_text(encoding="utf-8"))


def main():
    validator = jsonschema.Draft202012Validator
    checks = {
        "detection": validator(schema("sigma-detection-rule-schema.json")),
        "correlation": validator(schema("sigma-correlation-rules-schema.json")),
    }
    own = HERE.parent.parent / "docs" / "rule.schema.json"
    editors = validator(json.loads(own.read_text(encoding="utf-8")))
    wrong, counts = [], {"detection": 0, "correlation": 0}
    with tempfile.TemporaryDirectory() as folder:
        for path in rules():
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)
            kind = "correlation" if "correlation" in document else "detection"
            counts[kind] += 1
            for name, check in ((kind, checks[kind]), ("editors'", editors)):
                for error in check.iter_errors(document):
                    wrong.append(f"{path}: {name} schema: {list(error.path)}: {error.message[:200]}")
            name = f"probity_{path.parent.name}_{path.stem}".replace("-", "_") + ".yml"
            shutil.copy(path, pathlib.Path(folder) / name)
        if min(counts.values()) == 0:
            wrong.append(f"nothing was checked: {counts}")
        exclude = [word for name in ONLINE for word in ("--exclude", name)]
        sigma = pathlib.Path(sys.executable).parent / "sigma"
        check = subprocess.run(
            [str(sigma), "check", "--fail-on-error", "--fail-on-issues", *exclude, folder],
            capture_output=True,
            text=True,
            check=False,
        )
        said = check.stdout + check.stderr
        if check.returncode != 0 or "0 errors, 0 condition errors and 0 issues" not in said:
            wrong.append(f"sigma check ends with {check.returncode}:\n{said}")
    print("\n".join(wrong) or f"{counts['detection']} rules and {counts['correlation']} correlations are as Sigma wants them")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
