"""Adjectives, adverbs, numbers, times and other small words."""

from sample_grammar.words import Adjective, Fixed

PERSON = "person kin"
THING = "thing lamp seat text clothing"
PLACE = "place business room"

ADJECTIVES = (
    Adjective(
        "old", "vieux", f"{PERSON} animal {THING} {PLACE} vehicle craft transport plant instrument", "vieille", True, "vieil", "older"
    ),
    Adjective("young", "jeune", "person animal plant", before=True, comparative="younger"),
    Adjective("beautiful", "beau", "person animal clothing place plant text lamp", "belle", True, "bel", "more beautiful"),
    Adjective(
        "new", "nouveau", f"{THING} {PLACE} vehicle craft transport event idea query instrument", "nouvelle", True, "nouvel", "newer"
    ),
    Adjective("big", "grand", f"{PLACE} vehicle craft plant animal seat", before=True, comparative="bigger"),
    Adjective("small", "petit", f"{PLACE} vehicle craft plant animal {THING} idea", before=True, comparative="smaller"),
    Adjective("good", "bon", "text food event idea", "bonne", True),
    Adjective("bad", "mauvais", "text event idea", before=True),
    Adjective("long", "long", "text event", "longue", True, comparative="longer"),
    Adjective("pretty", "joli", "clothing plant place", before=True, comparative="prettier"),
    Adjective("tired", "fatigué", "person kin animal"),
    Adjective("sick", "malade", "person kin animal"),
    Adjective("rich", "riche", "person", comparative="richer"),
    Adjective("poor", "pauvre", "person", comparative="poorer"),
    Adjective("brave", "courageux", "person animal", comparative="braver"),
    Adjective("patient", "patient", "person"),
    Adjective("criminal", "criminel", "idea person"),
    Adjective("official", "officiel", "text event idea query"),
    Adjective("secret", "secret", "text event idea place query", "secrète"),
    Adjective("famous", "célèbre", "person text place"),
    Adjective("honest", "honnête", "person"),
    Adjective("happy", "heureux", "person kin animal", comparative="happier"),
    Adjective("sad", "triste", "person kin text", comparative="sadder"),
    Adjective("proud", "fier", "person kin", comparative="prouder"),
    Adjective("strong", "fort", "person animal drink", comparative="stronger"),
    Adjective("quiet", "calme", "person place animal", comparative="quieter"),
    Adjective("clean", "propre", f"{PLACE} seat clothing vehicle body", comparative="cleaner"),
    Adjective("open", "ouvert", "business text"),
    Adjective("empty", "vide", f"{PLACE} seat transport thing"),
    Adjective("light", "léger", "thing clothing", "légère", comparative="lighter"),
    Adjective("light", "clair", "room place", comparative="lighter"),
    Adjective("dark", "sombre", "room place", comparative="darker"),
    Adjective("heavy", "lourd", "thing clothing text", comparative="heavier"),
    Adjective("dirty", "sale", "room clothing vehicle body", comparative="dirtier"),
    Adjective("right", "droit", "body"),
    Adjective("left", "gauche", "body"),
    Adjective("right", "bon", "thing seat room transport query idea", "bonne", True),
    Adjective("expensive", "cher", f"{THING} vehicle craft food instrument", "chère", comparative="more expensive"),
    Adjective("strange", "étrange", f"text event idea query {PERSON} animal", comparative="stranger"),
    Adjective("dangerous", "dangereux", "place event idea animal vehicle", comparative="more dangerous"),
    Adjective("hard", "difficile", "event query text idea", comparative="harder"),
    Adjective("easy", "facile", "event query text idea", comparative="easier"),
    Adjective("important", "important", "event idea query text", comparative="more important"),
    Adjective("cold", "froid", "food drink room body"),
    Adjective("warm", "chaud", "food drink room clothing body"),
    Adjective("red", "rouge", f"{THING} vehicle plant craft"),
    Adjective("white", "blanc", f"{THING} vehicle plant craft animal", "blanche"),
    Adjective("green", "vert", f"{THING} vehicle craft"),
    Adjective("black", "noir", f"{THING} vehicle craft animal"),
)

# People named by what they are: "the old guard the bridge", "les vieux gardent le pont".
CROWDS = {"old": "vieux", "young": "jeunes", "rich": "riches", "poor": "pauvres", "sick": "malades", "brave": "courageux"}

BEFORE_VERB = {"often": "souvent", "always": "toujours", "already": "déjà", "rarely": "rarement", "sometimes": "parfois"}
AFTER_VERB = {"slowly": "lentement", "quietly": "calmement", "hard": "dur", "early": "tôt", "late": "tard", "fast": "vite"}
HARD_VERBS = ("work", "study", "train")

NUMBERS = {
    "two": "deux", "three": "trois", "four": "quatre", "five": "cinq", "six": "six", "seven": "sept", "eight": "huit", "nine": "neuf",
    "ten": "dix", "twelve": "douze", "fifteen": "quinze", "sixteen": "seize",
    "twenty": "vingt", "thirty": "trente", "forty": "quarante", "fifty": "cinquante",
}  # fmt: skip

# (English, French, may precede a plural)
QUANTITIES = {
    "many/ADJ/JJ": "beaucoup de", "several/ADJ/JJ": "plusieurs", "some/DET/DT": "quelques", "all/DET/PDT the/DET/DT": "tous les",
    "most/ADJ/JJS": "la plupart des", "few/ADJ/JJ": "peu de",
}  # fmt: skip

DAYS = {
    "Monday": "lundi", "Tuesday": "mardi", "Wednesday": "mercredi", "Thursday": "jeudi", "Friday": "vendredi", "Saturday": "samedi",
    "Sunday": "dimanche",
}  # fmt: skip
MONTHS = {
    "January": "janvier", "February": "février", "March": "mars", "April": "avril", "May": "mai", "June": "juin",
    "July": "juillet", "August": "août", "September": "septembre", "November": "novembre", "October": "octobre", "December": "décembre",
}  # fmt: skip

TIMES = (
    Fixed("yesterday/NOUN/NN", "hier", "past"),
    Fixed("last/ADJ/JJ week/NOUN/NN", "la semaine dernière", "past"),
    Fixed("last/ADJ/JJ year/NOUN/NN", "l'année dernière", "past"),
    Fixed("last/ADJ/JJ night/NOUN/NN", "hier soir", "past"),
    Fixed("tomorrow/NOUN/NN", "demain", "future"),
    Fixed("next/ADJ/JJ week/NOUN/NN", "la semaine prochaine", "future"),
    Fixed("next/ADJ/JJ year/NOUN/NN", "l'année prochaine", "future"),
    Fixed("in/ADP/IN two/NUM/CD days/NOUN/NNS/day", "dans deux jours", "future"),
    Fixed("every/DET/DT day/NOUN/NN", "chaque jour", "habit"),
    Fixed("every/DET/DT week/NOUN/NN", "chaque semaine", "habit"),
    Fixed("every/DET/DT year/NOUN/NN", "chaque année", "habit"),
    Fixed("in/ADP/IN the/DET/DT morning/NOUN/NN", "le matin"),
    Fixed("in/ADP/IN the/DET/DT evening/NOUN/NN", "le soir"),
    Fixed("at/ADP/IN night/NOUN/NN", "la nuit"),
    Fixed("at/ADP/IN noon/NOUN/NN", "à midi"),
    Fixed("today/NOUN/NN", "aujourd'hui", "now"),
)

DISTANCES = {"days/NOUN/NNS/day": "jours", "weeks/NOUN/NNS/week": "semaines", "months/NOUN/NNS/month": "mois", "years/NOUN/NNS/year": "ans"}

# Nouns that stand without an article after "to" and are verbs too: "prefers books to work", "has time to work".
BARE = {
    "work": "le travail",
    "rest": "le repos",
    "play": "le jeu",
    "dance": "la danse",
    "study": "la étude",
    "paint": "la peinture",
    "sleep": "le sommeil",
}
