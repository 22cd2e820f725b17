"""The whole story by a client that openapi-python-client made of the server's OpenAPI document:

    make a collection and a key, register, classify, unknown -> inbox -> new kind -> re-check, undo, audit

python story.py URL KEY FOLDER, where `exemplar draw FOLDER --kind ticket --kind form --count 1 --photos 2` drew documents.
"""
import io, sys, time
from pathlib import Path

from exemplar_client import AuthenticatedClient
from exemplar_client.api.access import me
from exemplar_client.api.audit import audit, verify_audit
from exemplar_client.api.changes import undo
from exemplar_client.api.classify import classify
from exemplar_client.api.collections import create_collection
from exemplar_client.api.decisions import get_decision
from exemplar_client.api.inbox import inbox, preview, recheck, resolve
from exemplar_client.api.keys import create_key
from exemplar_client.api.references import list_references, register
from exemplar_client.models import (NewCollection, NewCollectionKeepPictures, NewKey, NewKeyRole, Previewing, RegisterBody, Resolving, ResolvingAction, UndoBody)
from exemplar_client.types import File

url, key, folder = sys.argv[1:]
admin = AuthenticatedClient(base_url=url, token=key, raise_on_unexpected_status=True, timeout=120)
name = f"story-{int(time.time())}"
made = create_collection.sync(client=admin, body=NewCollection(name=name, keep_pictures=NewCollectionKeepPictures.UNKNOWN))
assert made.name == name, made
clerk_key = create_key.sync(client=admin, body=NewKey(name="clerk", role=NewKeyRole.REGISTER, collections=[name]))
clerk = AuthenticatedClient(base_url=url, token=clerk_key.key, raise_on_unexpected_status=True, timeout=120)
assert me.sync(client=clerk).collections == [name]

def file(path):
    return File(payload=io.BytesIO(Path(path).read_bytes()), file_name=Path(path).name)

ticket, = Path(folder).glob("ticket/*/*_ref.png")
done = register.sync(name, client=clerk, body=RegisterBody(file=[file(ticket)], label="travel/ticket"))
assert done.registered == 1, done

def ask(path):
    found = classify.sync(name, client=clerk, body=file(path), x_filename=path.name, x_gallery_version=done.gallery_version)
    return found.answers[0]

for photo in sorted(Path(folder).glob("*/*/photo*.jpg")):
    a = ask(photo)
    print(photo.parent.parent.name, a.decision, a.label, round(a.confidence, 2), a.status)
waiting = inbox.sync(name, client=clerk)
assert waiting.groups, waiting
first = waiting.groups[0].id
print("would change", preview.sync(name, client=clerk, body=Previewing(label="mail/form", decisions=[first])))
new = resolve.sync(name, client=clerk, body=Resolving(decisions=[first], action=ResolvingAction.NEW, label="mail/form"))
print("new kind:", new)
print("re-check:", recheck.sync(name, client=clerk))
assert get_decision.sync(name, first, client=clerk).label == "mail/form"
assert len(list_references.sync(name, client=clerk).references) == 2
undone = undo.sync(name, client=clerk, body=UndoBody(change=new.change))
assert len(list_references.sync(name, client=clerk).references) == 1, undone
sound = verify_audit.sync(client=admin)
assert sound.sound, sound
print("audit:", [e.what for e in audit.sync(client=admin, limit=8).entries])
