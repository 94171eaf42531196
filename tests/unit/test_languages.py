"""Language negotiation by RFC 9110."""

import pytest

from resolvers.languages import MAX_LENGTH, locale_for


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("en", "en"),
        ("pt-BR", "pt-BR"),
        ("es", "es"),
        # Forms that connection_init may have.
        ("pt_BR", "pt-BR"),
        ("PT-br", "pt-BR"),
        ("es_419", "es"),
        # Language ranges.
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("es-MX", "es"),
        ("es-419", "es"),
        ("en-GB", "en"),
        ("es-Latn-AR-u-nu-latn", "es"),
        ("est", "en"),
        ("de, fr;q=0.9", "en"),
        ("de, es;q=0.1", "es"),
        # Headers of browsers.
        ("pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7", "pt-BR"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("de-DE,de;q=0.9,en;q=0.8,es;q=0.7", "en"),
        # The highest quality wins; among equals the first.
        ("en;q=0.5, es;q=0.8, pt;q=0.7", "es"),
        ("es, pt", "es"),
        ("pt, es", "pt-BR"),
        ("en;q=0.8,\tes ; q=0.9", "es"),
        ("en;q=0.001, es;Q=0.002", "es"),
        # Zero excludes; a country's range does not affect another country.
        ("es;q=0, pt;q=0.1", "pt-BR"),
        ("es-MX, es;q=0, pt;q=0.1", "pt-BR"),
        ("pt, pt-BR;q=0, es;q=0.1", "es"),
        ("pt;q=0, pt-BR, es;q=0.1", "pt-BR"),
        ("pt-PT;q=0, pt;q=0.5", "pt-BR"),
        ("pt-PT;q=0.0, es;q=0.5", "es"),
        ("es;q=0", "en"),
        ("en;q=0", "en"),
        # A star matches languages without a range of their own.
        ("*", "en"),
        ("*;q=0", "en"),
        ("en;q=0, *", "pt-BR"),
        ("en;q=0, pt;q=0, *", "es"),
        ("en;q=0.2, *;q=0.5", "pt-BR"),
        ("es;q=0.2, *;q=0.5", "en"),
        ("es, *;q=0.5", "es"),
        ("de, *;q=0", "en"),
        # Malformed ranges are skipped.
        (",, es,", "es"),
        ("es;q=2, pt;q=0.1", "pt-BR"),
        ("es;q=-1", "en"),
        ("es;q=1.001", "en"),
        ("es;q=0.1234", "en"),
        ("es;q=", "en"),
        ("es;q=nan", "en"),
        ("es;level=1", "en"),
        ("es-", "en"),
        ("españolísimo", "en"),
        ("pt BR", "en"),
        ("pt_BR.UTF-8", "en"),
        (";;;===,,,", "en"),
        ("es\x00", "en"),
    ],
)
def test_negotiation(header: str | None, locale: str) -> None:
    assert locale_for(header) == locale


def test_an_overlong_header_is_ignored() -> None:
    longest = "es".rjust(MAX_LENGTH, ",")

    assert locale_for(longest) == "es"
    assert locale_for("," + longest) == "en"
