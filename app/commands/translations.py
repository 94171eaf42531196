"""Brings the catalogs up to the texts in use; a translator fills in what is empty."""

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from resolvers.texts import TEXTS, TRANSLATED, Counted, catalog_file


def template() -> Catalog:
    """Every text in use, with the keys under which it is found."""
    catalog = Catalog()
    for key, text in TEXTS.items():
        ids = (text.one, text.many) if isinstance(text, Counted) else text
        catalog.add(ids, auto_comments=[key])
    return catalog


def update() -> None:
    """What changed a little keeps its translation, as a fuzzy one to look through."""
    for locale in TRANSLATED:
        file = catalog_file(locale)
        with file.open("rb") as source:
            catalog = read_po(source, abort_invalid=True)
        catalog.update(template(), update_creation_date=False)
        with file.open("wb") as target:
            write_po(target, catalog, ignore_obsolete=True)
