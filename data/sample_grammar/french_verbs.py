"""Forms of French verbs: five persons (no "tu"), present, imperfect, future and participle."""

from dataclasses import dataclass

PERSONS = {(1, False): 0, (1, True): 1, (2, True): 2, (2, False): 2, (3, False): 3, (3, True): 4}
IMPERFECT = ("ais", "ions", "iez", "ait", "aient")
FUTURE = ("ai", "ons", "ez", "a", "ont")
WITH_ETRE = frozenset(["aller", "arriver", "partir", "rester", "retourner", "tomber", "venir"])

# infinitive: present (je nous vous il ils), stem of the imperfect, stem of the future, participle
IRREGULAR = {
    "aller": ("vais allons allez va vont", "all", "ir", "allé"),
    "apprendre": ("apprends apprenons apprenez apprend apprennent", "appren", "apprendr", "appris"),
    "attendre": ("attends attendons attendez attend attendent", "attend", "attendr", "attendu"),
    "avoir": ("ai avons avez a ont", "av", "aur", "eu"),
    "battre": ("bats battons battez bat battent", "batt", "battr", "battu"),
    "boire": ("bois buvons buvez boit boivent", "buv", "boir", "bu"),
    "choisir": ("choisis choisissons choisissez choisit choisissent", "choisiss", "choisir", "choisi"),
    "connaître": ("connais connaissons connaissez connaît connaissent", "connaiss", "connaîtr", "connu"),
    "construire": ("construis construisons construisez construit construisent", "construis", "construir", "construit"),
    "courir": ("cours courons courez court courent", "cour", "courr", "couru"),
    "croire": ("crois croyons croyez croit croient", "croy", "croir", "cru"),
    "devoir": ("dois devons devez doit doivent", "dev", "devr", "dû"),
    "dire": ("dis disons dites dit disent", "dis", "dir", "dit"),
    "dormir": ("dors dormons dormez dort dorment", "dorm", "dormir", "dormi"),
    "écrire": ("écris écrivons écrivez écrit écrivent", "écriv", "écrir", "écrit"),
    "être": ("suis sommes êtes est sont", "ét", "ser", "été"),
    "lire": ("lis lisons lisez lit lisent", "lis", "lir", "lu"),
    "mettre": ("mets mettons mettez met mettent", "mett", "mettr", "mis"),
    "ouvrir": ("ouvre ouvrons ouvrez ouvre ouvrent", "ouvr", "ouvrir", "ouvert"),
    "partir": ("pars partons partez part partent", "part", "partir", "parti"),
    "peindre": ("peins peignons peignez peint peignent", "peign", "peindr", "peint"),
    "perdre": ("perds perdons perdez perd perdent", "perd", "perdr", "perdu"),
    "permettre": ("permets permettons permettez permet permettent", "permett", "permettr", "permis"),
    "pouvoir": ("peux pouvons pouvez peut peuvent", "pouv", "pourr", "pu"),
    "prendre": ("prends prenons prenez prend prennent", "pren", "prendr", "pris"),
    "prévoir": ("prévois prévoyons prévoyez prévoit prévoient", "prévoy", "prévoir", "prévu"),
    "promettre": ("promets promettons promettez promet promettent", "promett", "promettr", "promis"),
    "rejoindre": ("rejoins rejoignons rejoignez rejoint rejoignent", "rejoign", "rejoindr", "rejoint"),
    "répondre": ("réponds répondons répondez répond répondent", "répond", "répondr", "répondu"),
    "savoir": ("sais savons savez sait savent", "sav", "saur", "su"),
    "suivre": ("suis suivons suivez suit suivent", "suiv", "suivr", "suivi"),
    "vendre": ("vends vendons vendez vend vendent", "vend", "vendr", "vendu"),
    "venir": ("viens venons venez vient viennent", "ven", "viendr", "venu"),
    "voir": ("vois voyons voyez voit voient", "voy", "verr", "vu"),
    "vouloir": ("veux voulons voulez veut veulent", "voul", "voudr", "voulu"),
}

# -er verbs whose stem changes before a silent ending, and the stem of their future
CHANGING = {
    "acheter": ("achèt", "achèter"),
    "appeler": ("appell", "appeller"),
    "envoyer": ("envoi", "enverr"),
    "espérer": ("espèr", "espérer"),
    "essayer": ("essai", "essaier"),
    "jeter": ("jett", "jetter"),
    "nettoyer": ("nettoi", "nettoier"),
    "préférer": ("préfèr", "préférer"),
}


@dataclass(frozen=True)
class Forms:
    """All forms of one verb: ``present`` in the order je, nous, vous, il, ils."""

    infinitive: str
    present: tuple[str, ...]
    imperfect: tuple[str, ...]
    future: tuple[str, ...]
    participle: str

    def finite(self, tense: str, person: int, plural: bool) -> str:
        """The form of ``tense`` ("present", "imperfect" or "future") for a person and number."""
        table = {"present": self.present, "imperfect": self.imperfect, "future": self.future}[tense]
        return table[PERSONS[person, plural]]


def softened(stem: str, ending: str) -> str:
    """``stem`` + ``ending`` with the spelling that keeps a soft g or c: mang + ons = mangeons."""
    if ending[0] in "ao":
        stem = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
    return stem + ending


def forms(infinitive: str) -> Forms:
    """The forms of a verb: from the table of irregular ones, or by the rules of the -er verbs."""
    if infinitive in IRREGULAR:
        present, stem, future, participle = IRREGULAR[infinitive]
        return Forms(infinitive, tuple(present.split()), tuple(softened(stem, end) for end in IMPERFECT),
                     tuple(future + end for end in FUTURE), participle)  # fmt: skip
    if not infinitive.endswith("er"):
        raise ValueError(f"no forms for the French verb {infinitive!r}; add it to IRREGULAR")
    stem = infinitive[:-2]
    silent, future = CHANGING.get(infinitive, (stem, infinitive))
    present_forms = (silent + "e", softened(stem, "ons"), stem + "ez", silent + "e", silent + "ent")
    return Forms(infinitive, present_forms, tuple(softened(stem, end) for end in IMPERFECT),
                 tuple(future + end for end in FUTURE), stem + "é")  # fmt: skip
