"""English names of countries, states and regions. The fields of `PlaceWords` say what each one is for."""

from __future__ import annotations

ALIASES = {
    "us": "united states", "usa": "united states", "united states of america": "united states",
    "america": "united states", "uk": "united kingdom", "britain": "united kingdom",
    "great britain": "united kingdom", "holland": "netherlands", "czech republic": "czechia", "burma": "myanmar",
    "uae": "united arab emirates", "emirates": "united arab emirates", "drc": "democratic republic of the congo",
    "dr congo": "democratic republic of the congo", "cote divoire": "ivory coast", "east timor": "timor leste",
    "swaziland": "eswatini", "macedonia": "north macedonia", "cape verde": "cabo verde", "vatican city": "vatican",
    "peoples republic of china": "china", "russian federation": "russia", "republic of ireland": "ireland",
    "islamic republic of iran": "iran", "south vietnam": "vietnam", "turkiye": "turkey", "macau": "macao",
    "federated states of micronesia": "micronesia", "kingdom of saudi arabia": "saudi arabia",
    "palestine":
    "palestinian territory",
    "palestinian territories": "palestinian territory", "washington dc": "district of columbia",
    "dc": "district of columbia",
}  # fmt: skip

DEMONYMS = {
    "afghan": "AF", "afghans": "AF", "albanian": "AL", "algerian": "DZ", "american": "US", "americans": "US",
    "argentine": "AR", "armenian": "AM", "australian": "AU", "australians": "AU", "austrian": "AT", "belarusian": "BY",
    "belgian": "BE", "brazilian": "BR", "brazilians": "BR", "british": "GB", "britons": "GB", "bulgarian": "BG",
    "canadian": "CA", "canadians": "CA", "chilean": "CL", "chinese": "CN", "colombian": "CO", "croatian": "HR",
    "cuban": "CU", "czech": "CZ", "danish": "DK", "dutch": "NL", "egyptian": "EG", "english": "GB", "ethiopian": "ET",
    "filipino": "PH", "finnish": "FI", "french": "FR", "german": "DE", "germans": "DE", "greek": "GR", "greeks": "GR",
    "hungarian": "HU", "indian": "IN", "indians": "IN", "indonesian": "ID", "iranian": "IR", "iranians": "IR",
    "iraqi": "IQ", "iraqis": "IQ", "irish": "IE", "israeli": "IL", "israelis": "IL", "italian": "IT", "italians": "IT",
    "jamaican": "JM", "japanese": "JP", "kenyan": "KE", "lebanese": "LB", "libyan": "LY", "malaysian": "MY",
    "mexican": "MX", "mexicans": "MX", "moroccan": "MA", "nigerian": "NG", "norwegian": "NO", "pakistani": "PK",
    "palestinian": "PS", "palestinians": "PS", "peruvian": "PE", "polish": "PL", "portuguese": "PT", "romanian": "RO",
    "russian": "RU", "russians": "RU", "scottish": "GB", "serbian": "RS", "slovak": "SK", "somali": "SO",
    "spanish": "ES", "swedish": "SE", "swiss": "CH", "syrian": "SY", "syrians": "SY", "thai": "TH", "tunisian": "TN",
    "turkish": "TR", "turks": "TR", "ukrainian": "UA", "ukrainians": "UA", "venezuelan": "VE", "vietnamese": "VN",
    "welsh": "GB", "yemeni": "YE",
}  # fmt: skip

REGIONS = {
    "england": ("GB", "ENG"), "scotland": ("GB", "SCT"), "wales": ("GB", "WLS"), "northern ireland": ("GB", "NIR"),
    "alberta": ("CA", "01"), "british columbia": ("CA", "02"), "manitoba": ("CA", "03"), "new brunswick": ("CA", "04"),
    "newfoundland": ("CA", "05"), "nova scotia": ("CA", "07"), "ontario": ("CA", "08"), "quebec": ("CA", "10"),
    "prince edward island": ("CA", "09"), "saskatchewan": ("CA", "11"), "new south wales": ("AU", "02"),
    "queensland": ("AU", "04"), "south australia": ("AU", "05"), "tasmania": ("AU", "06"), "victoria": ("AU", "07"),
    "western australia": ("AU", "08"), "northern territory": ("AU", "03"), "ont": ("CA", "08"), "bc": ("CA", "02"),
}  # fmt: skip
"""GeoNames' codes of countries and regions, by the name or abbreviation behind a town's name, folded."""

STATES = {
    "ala": "alabama", "ariz": "arizona", "ark": "arkansas", "calif": "california", "colo": "colorado",
    "conn": "connecticut", "del": "delaware", "dc": "district of columbia", "fla": "florida", "ga": "georgia",
    "ill": "illinois", "ind": "indiana", "kan": "kansas", "ky": "kentucky", "la": "louisiana", "md": "maryland",
    "mass": "massachusetts", "mich": "michigan", "minn": "minnesota", "miss": "mississippi", "mo": "missouri",
    "mont": "montana", "neb": "nebraska", "nev": "nevada", "nh": "new hampshire", "nj": "new jersey",
    "nm": "new mexico", "ny": "new york", "nc": "north carolina", "nd": "north dakota", "okla": "oklahoma",
    "ore": "oregon", "pa": "pennsylvania", "ri": "rhode island", "sc": "south carolina", "sd": "south dakota",
    "tenn": "tennessee", "tex": "texas", "vt": "vermont", "va": "virginia", "wash": "washington",
    "wva": "west virginia", "wis": "wisconsin", "wyo": "wyoming",
}  # fmt: skip
"""States of the United States by their abbreviations with a full stop: `Calif.`; those of the post are the table's."""
