"""Units: the kinds of body that a case can be given to."""

from .kinds.shape import N_

UNITS = {
    "department": N_("部门"),
    "property": N_("物业"),
    "partner": N_("共建单位"),
    "volunteer": N_("志愿队"),
    "court": N_("法院"),
    "police": N_("派出所"),
    "justice": N_("司法所"),
    "law_firm": N_("律所"),
    "notary": N_("公证处"),
    "mediation": N_("调解组织"),
    "centre": N_("综治中心"),
    "utility": N_("水电气暖企业"),
    "other": N_("其他单位"),
}
"""kind -> its name."""

LEVELS = ("province", "city", "county", "street", "community")
"""Levels of area that a unit can work for."""
