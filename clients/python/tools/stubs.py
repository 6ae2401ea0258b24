"""Generates src/quantdesk/_gen: message classes and stubs out of proto/, and the catalogue of reasons.

The files' options (validation rules, HTTP paths) are for servers. They are dropped, so that the package neither needs nor
registers `buf/validate` and `google/api`, which a partner's program may bring in other versions. The files are renamed to where
their modules lie, so that the generated imports are right as they stand.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import grpc_tools
from google.protobuf import descriptor_pb2
from google.rpc import status_pb2
from grpc_tools import protoc

PACKAGE = pathlib.Path(__file__).resolve().parent.parent
CONTRACTS = PACKAGE.parent.parent / "proto"
OUTPUT = PACKAGE / "src" / "quantdesk" / "_gen"

# Holds what the contracts import, on a fresh checkout too.
IMPORTS = "released.binpb"
KEPT_IMPORTS = ("google/protobuf/", "google/rpc/")
OLD_ROOT = "quantdesk/"
NEW_ROOT = "quantdesk/_gen/"
CATEGORIES = frozenset(
    "invalid_request unauthenticated permission_denied not_found conflict precondition limit unavailable outcome_unknown"
    " internal".split()
)


def generate():
    """Writes the generated package anew; leaves the old one in place when something fails."""
    with tempfile.TemporaryDirectory() as scratch:
        made = pathlib.Path(scratch, "made")
        made.mkdir()
        files = _contracts(pathlib.Path(scratch, "contracts.binpb"))
        _write_modules(files, pathlib.Path(scratch, "client.binpb"), made)
        package = made / "quantdesk" / "_gen"
        (package / "reasons.py").write_text(_reasons(), encoding="utf-8")
        for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
            (folder / "__init__.py").touch()
        shutil.rmtree(OUTPUT, ignore_errors=True)
        shutil.copytree(package, OUTPUT)


def _contracts(target):
    """The services' files with all that they import."""
    services = sorted(str(path.relative_to(CONTRACTS)) for path in (CONTRACTS / "quantdesk").rglob("*_service.proto"))
    _protoc(
        f"--proto_path={CONTRACTS}",
        f"--proto_path={pathlib.Path(grpc_tools.__file__).parent / '_proto'}",
        # The status of a refusal inside an answer: a package that the client needs anyway.
        f"--proto_path={pathlib.Path(status_pb2.__file__).parents[2]}",
        f"--descriptor_set_in={CONTRACTS / IMPORTS}",
        "--include_imports",
        f"--descriptor_set_out={target}",
        *services,
    )
    return descriptor_pb2.FileDescriptorSet.FromString(target.read_bytes())


def _write_modules(contracts, scratch, made):
    for file in contracts.file:
        # The options are extensions that this program does not know.
        file.DiscardUnknownFields()
        needed = [name for name in file.dependency if name.startswith((*KEPT_IMPORTS, OLD_ROOT))]
        file.dependency[:] = [_renamed(name) for name in needed]
        file.name = _renamed(file.name)
    wanted = [file for file in contracts.file if file.name.startswith((*KEPT_IMPORTS, NEW_ROOT))]
    scratch.write_bytes(descriptor_pb2.FileDescriptorSet(file=wanted).SerializeToString())
    _protoc(
        f"--descriptor_set_in={scratch}",
        f"--python_out={made}",
        f"--pyi_out={made}",
        f"--grpc_python_out={made}",
        *(file.name for file in wanted if file.name.startswith(NEW_ROOT)),
    )


def _renamed(name):
    return NEW_ROOT + name[len(OLD_ROOT) :] if name.startswith(OLD_ROOT) else name


def _protoc(*arguments):
    if protoc.main(["protoc", *arguments]) != 0:
        raise SystemExit("protoc failed; its reasons stand above.")


def _reasons():
    lines = ['"""Generated from proto/reasons.json: code, category, whether to retry, and meaning of every reason."""', ""]
    lines.append("REASONS = {")
    for each in json.loads((CONTRACTS / "reasons.json").read_text(encoding="utf-8")):
        if each["category"] not in CATEGORIES:
            raise SystemExit(f"{each['reason']} has an unknown category: {each['category']}.")
        facts = (each["code"], each["category"], bool(each["retryable"]), each["meaning"])
        lines.append(f"    {each['reason']!r}: {facts!r},")
    lines.append("}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    generate()
    sys.stdout.write(f"{OUTPUT} is up to date.\n")
