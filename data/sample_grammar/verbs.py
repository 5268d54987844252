"""Verbs: both languages, and whom or what they take. French forms are in ``french_verbs``."""

from sample_grammar.words import Verb

THING = "thing lamp seat text clothing instrument"

# Their plain and -s forms are nouns too, so a tagger has to look around.
NOUN_LIKE = (
    Verb("plan", "planifier", "event", past="planned"),
    Verb("visit", "visiter", "place business locality"),
    Verb("watch", "regarder", "event animal"),
    Verb("paint", "peindre", "place vehicle craft room"),
    Verb("order", "commander", "food drink clothing"),
    Verb("name", "nommer", "person"),
    Verb("book", "réserver", "seat room"),
    Verb("water", "arroser", "plant"),
    Verb("park", "garer", "vehicle"),
    Verb("guard", "garder", "place business"),
    Verb("guide", "guider", "person"),
    Verb("train", "entraîner", "animal person"),
    Verb("ship", "expédier", THING, past="shipped"),
    Verb("test", "tester", "vehicle craft"),
    Verb("film", "filmer", "event animal person"),
    Verb("record", "enregistrer", "event"),
    Verb("question", "interroger", "person"),
    Verb("answer", "répondre", "query", link="à"),
    Verb("call", "appeler", "person"),
    Verb("phone", "téléphoner", "person", link="à"),
    Verb("study", "étudier", "text idea"),
    Verb("nurse", "soigner", "animal person"),
    Verb("pilot", "piloter", "craft"),
    Verb("judge", "juger", "event person"),
    Verb("cook", "cuisiner", "food"),
    Verb("report", "signaler", "idea"),
    Verb("change", "modifier", "idea"),
    Verb("light", "éclairer", "place room", past="lit"),
    Verb("shop", "acheter", "food clothing", past="shopped", preposition="for"),
)

NOUN_LIKE_ALONE = (
    Verb("walk", "marcher"),
    Verb("dance", "danser"),
    Verb("play", "jouer"),
    Verb("work", "travailler"),
    Verb("rest", "se reposer"),
    Verb("dream", "rêver"),
    Verb("vote", "voter"),
    Verb("cook", "cuisiner"),
    Verb("study", "étudier"),
    Verb("paint", "peindre"),
    Verb("sleep", "dormir", past="slept"),
)

TRANSITIVE = (
    Verb("see", "voir", "person animal place business", past="saw", participle="seen"),
    Verb("read", "lire", "text", past="read"),
    Verb("write", "écrire", "text", past="wrote", participle="written"),
    Verb("buy", "acheter", THING + " vehicle food", past="bought"),
    Verb("sell", "vendre", THING + " vehicle place", past="sold"),
    Verb("find", "trouver", THING + " animal", past="found"),
    Verb("lose", "perdre", THING, past="lost"),
    Verb("eat", "manger", "food", past="ate", participle="eaten"),
    Verb("drink", "boire", "drink", past="drank", participle="drunk"),
    Verb("clean", "nettoyer", "place vehicle room"),
    Verb("open", "ouvrir", "business text room"),
    Verb("close", "fermer", "business"),
    Verb("empty", "vider", "room place"),
    Verb("take", "prendre", "transport", past="took", participle="taken"),
    Verb("meet", "rencontrer", "person kin", past="met"),
    Verb("choose", "choisir", THING + " idea", past="chose", participle="chosen"),
    Verb("hide", "cacher", THING + " idea", past="hid", participle="hidden"),
    Verb("follow", "suivre", "person animal vehicle"),
    Verb("help", "aider", "person kin"),
    Verb("know", "connaître", "person kin idea", past="knew", participle="known", stative=True),
    Verb("like", "aimer", "person animal event drink", stative=True, generic=True),
    Verb("love", "adorer", "person kin animal event", stative=True, generic=True),
    Verb("need", "avoir", "stuff", stative=True, tail="besoin", link="de"),
    Verb("wear", "porter", "clothing", past="wore", participle="worn"),
    Verb("leave", "quitter", "place business locality", past="left"),
    Verb("run", "diriger", "business", past="ran", participle="run"),
    Verb("play", "jouer", "instrument", link="de"),
    Verb("give", "abandonner", "idea", past="gave", participle="given", particle="up"),
    Verb("put", "mettre", "clothing", past="put", particle="on"),
    Verb("pick", "ramasser", "thing", particle="up"),
    Verb("throw", "jeter", THING + " food", past="threw", participle="thrown", particle="away"),
    Verb("bring", "rapporter", THING, past="brought", particle="back"),
    Verb("look", "chercher", THING + " person animal", preposition="for"),
    Verb("wait", "attendre", "person kin transport", preposition="for"),
    Verb("listen", "écouter", "person kin", preposition="to"),
    Verb("talk", "parler", "person kin", preposition="to", link="à"),
    Verb("think", "penser", "event person kin idea", past="thought", preposition="about", link="à"),
)

ALONE = (
    Verb("arrive", "arriver"),
    Verb("leave", "partir", past="left"),
    Verb("fall", "tomber", past="fell", participle="fallen"),
    Verb("stay", "rester"),
    Verb("sing", "chanter", past="sang", participle="sung"),
    Verb("swim", "nager", past="swam", participle="swum"),
    Verb("run", "courir", past="ran", participle="run"),
)

GIVING = (
    Verb("give", "donner", THING + " plant", past="gave", participle="given"),
    Verb("send", "envoyer", THING, past="sent"),
    Verb("show", "montrer", THING + " animal", participle="shown"),
    Verb("lend", "prêter", THING + " vehicle", past="lent"),
    Verb("sell", "vendre", THING + " vehicle", past="sold"),
)

MOVING = (
    Verb("go", "aller", past="went", participle="gone"),
    Verb("walk", "marcher", link="jusqu'à"),
    Verb("come", "venir", past="came", participle="come"),
    Verb("return", "retourner"),
)

PLACING = (
    Verb("leave", "laisser", THING + " vehicle", past="left", placed=True),
    Verb("put", "poser", "thing text seat", past="put", placed=True),
    Verb("hide", "cacher", THING, past="hid", participle="hidden", placed=True),
)

SAYING = (
    Verb("say", "dire", past="said"),
    Verb("think", "penser", past="thought", stative=True),
    Verb("know", "savoir", past="knew", participle="known", stative=True),
    Verb("believe", "croire", stative=True),
    Verb("hope", "espérer", stative=True),
    Verb("explain", "expliquer"),
)

# Verbs before an infinitive; ``link`` is the French preposition between the two.
WILLING = (
    Verb("want", "vouloir", stative=True),
    Verb("hope", "espérer", stative=True),
    Verb("plan", "prévoir", past="planned", link="de"),
    Verb("need", "devoir", stative=True),
    Verb("try", "essayer", link="de"),
    Verb("decide", "décider", link="de"),
    Verb("forget", "oublier", past="forgot", participle="forgotten", link="de"),
    Verb("refuse", "refuser", link="de"),
    Verb("prefer", "préférer", past="preferred", stative=True),
    Verb("promise", "promettre", link="de"),
)

BE = Verb("be", "être", past="was", participle="been", stative=True)
BE_RIGHT = Verb("be", "avoir", past="was", participle="been", stative=True, tail="raison")
HAVE = Verb("have", "avoir", past="had", stative=True)
TELL = Verb("tell", "dire", past="told")
LIVE = Verb("live", "habiter", stative=True)
BEGIN = Verb("begin", "commencer", past="began", participle="begun")
END = Verb("end", "se terminer")
ARRIVE = ALONE[0]
SHUT = Verb("close", "fermer")
PREFER = Verb("prefer", "préférer", past="preferred", stative=True)
USE = Verb("use", "utiliser", THING + " vehicle")
NEED = Verb("need", "avoir", "stuff", stative=True, tail="besoin", link="de")
MEANS = (
    Verb("buy", "acheter", "text clothing vehicle food", past="bought"),
    Verb("choose", "choisir", "text clothing vehicle", past="chose", participle="chosen"),
    Verb("take", "prendre", "text clothing transport", past="took", participle="taken"),
)
INTRODUCE = Verb("introduce", "initier", "person")
# Verbs that take a person and an infinitive; ``link`` stands before the person.
ASKING = (
    Verb("ask", "demander", "person", link="à"),
    Verb("order", "ordonner", "person", link="à"),
    Verb("allow", "permettre", "person", link="à"),
    Verb("teach", "apprendre", "person", past="taught", link="à"),
    Verb("help", "aider", "person"),
)
WORK_FOR = Verb("work", "travailler")
BEAT = Verb("beat", "battre", past="beat", participle="beaten")
WIN = Verb("win", "gagner", past="won")
HIRE = Verb("hire", "engager")
BUILD = Verb("build", "construire", past="built")
JOIN = Verb("join", "rejoindre")

LIKE_NAMES = ("visit", "know", "like", "love", "leave")
