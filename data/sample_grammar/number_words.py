"""Numbers up to 999,999 in words, English and German: for models that read and write characters, and write far more than they read."""

from sample_grammar.world import Dice

SEED = 2028
NUMBERS = {"train": 1000, "dev": 200, "test": 200}
KNOWN = 100  # all numbers below stand in train
DIGITS = (3, 4, 5, 6)  # of the others, as many of each
ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen"]
ONES += ["fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
EINS = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf", "dreizehn", "vierzehn"]
EINS += ["fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"]
ZEHNER = ["", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]


def in_english(number: int) -> str:
    """ "three hundred and ten thousand seven hundred and thirty-six", as in Britain."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        joined = f" and {in_english(rest)}" if 0 < rest < 100 else f" {in_english(rest)}" if rest else ""
        return f"{in_english(thousands)} thousand{joined}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{ONES[hundreds]} hundred{f' and {in_english(rest)}' if rest else ''}"
    if number < len(ONES):
        return ONES[number]
    return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")


def in_german(number: int) -> str:
    """ "dreihundertzehntausendsiebenhundertsechsunddreißig": one word, the ones before the tens."""
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        return f"{before_noun(thousands)}tausend{in_german(rest) if rest else ''}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{before_noun(hundreds)}hundert{in_german(rest) if rest else ''}"
    if number < len(EINS):
        return EINS[number]
    tens, ones = divmod(number, 10)
    return f"{before_noun(ones)}und{ZEHNER[tens]}" if ones else ZEHNER[tens]


def before_noun(number: int) -> str:
    """A number that another word follows: "eins" is "ein" there."""
    return in_german(number).removesuffix("s") if number % 100 == 1 else in_german(number)


def draw_numbers() -> dict[str, list[int]]:
    """The numbers of the three parts; none stands in two of them, nor twice in one."""
    dice, seen = Dice(SEED), set(range(KNOWN))
    splits: dict[str, list[int]] = {"train": [*seen]}
    for name, size in NUMBERS.items():
        drawn = splits.setdefault(name, [])
        while len(drawn) < size:
            least = 10 ** (DIGITS[len(drawn) % len(DIGITS)] - 1)
            number = least + dice.below(9 * least)
            if number not in seen:
                seen.add(number)
                drawn.append(number)
    return splits
