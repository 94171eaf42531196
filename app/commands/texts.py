"""`texts`: adds new texts to the catalogs; translators fill in what is empty."""

from argparse import Namespace

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from resolvers.texts import TEXTS, TRANSLATED, Counted, catalog_file


def run(_arguments: Namespace) -> None:
    update()


def template() -> Catalog:
    """Every text in use, commented with its key in TEXTS."""
    catalog = Catalog()
    for key, text in TEXTS.items():
        ids = (text.one, text.many) if isinstance(text, Counted) else text
        catalog.add(ids, auto_comments=[key])
    return catalog


def update() -> None:
    """A text that changed a little keeps its translation, marked as fuzzy."""
    for locale in TRANSLATED:
        file = catalog_file(locale)
        with file.open("rb") as source:
            catalog = read_po(source, abort_invalid=True)
        catalog.update(template(), update_creation_date=False)
        with file.open("wb") as target:
            write_po(target, catalog, ignore_obsolete=True)
