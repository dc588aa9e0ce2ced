"""Areas of a town: what follows from code, name, parent and level, and the reading of a file of them."""

from . import pinyin

GRIDS = {"ordinary", "dedicated", "integrated"}
"""Types of grid that have a feed of their own; what lies below one of them belongs to its feed."""

EMPTY = {"grid_type": None, "telephone": None, "lat": None, "lng": None}


def placed(areas: dict[str, dict]) -> dict[str, dict]:
    """The same areas with path, scope and initials, parents before children. Every parent must be among them."""
    done: dict[str, dict] = {}

    def place(code: str) -> dict:
        if code not in done:
            area = EMPTY | areas[code]
            above = place(area["parent_code"]) if area["parent_code"] else None
            path, scope = (above["path"], above["scope"]) if above else ("", None)
            if not above or areas[scope]["level"] != "grid" or areas[scope].get("grid_type") not in GRIDS:
                scope = code
            done[code] = area | {"path": f"{path}{code}/", "scope": scope, "initials": pinyin.initials_of_area(area["name"])}
        return done[code]

    for code in areas:
        place(code)
    return done
