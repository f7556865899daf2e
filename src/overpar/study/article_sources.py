"""The text of a study's article: what it is written in, and which figures it shows."""

from overpar.base.errors import UserError
from overpar.study.plan import Plan


def sources(plan: Plan) -> dict[str, str]:
    """Texts of the article by file name: the main one and those beside it.

    Raises:
        UserError: if there is none.
    """
    main = plan.project / plan.config.article
    if not main.is_file():
        raise UserError(f"Config: article is {plan.config.article!r}; there is no such file.")
    files = sorted(path for path in main.parent.iterdir() if path.suffix in (".typ", ".bib"))
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def figures_shown(plan: Plan) -> list[str]:
    """Names of the figures that the article shows.

    Raises:
        UserError: if the config has no such figure.
    """
    from overpar.report.article import pictures

    found = []
    for file, text in sources(plan).items():
        for name in pictures(text):
            if name not in plan.config.figures:
                raise UserError(
                    f"{file} shows the unknown figure {name!r};"
                    f" allowed: {', '.join(plan.config.figures)}."
                )
            found.append(name)
    return found


def check_article(plan: Plan) -> None:
    """Refuse an article in whose text a number is typed.

    Raises:
        UserError: naming file, line and the number.
    """
    from overpar.report.article import check_typed

    for file, text in sources(plan).items():
        # The layout has lengths, and says nothing.
        if file.endswith(".typ") and file != "layout.typ":
            check_typed(text, file)
