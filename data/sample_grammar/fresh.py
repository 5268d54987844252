"""Content words that only the test_unseen files use: regular in both languages, and often cognates, so that a good guess is possible."""

from sample_grammar.words import Adjective, Noun, Verb

NOUNS = (
    Noun("pianist", "pianiste", "m", "person", feminine="pianiste"),
    Noun("dentist", "dentiste", "m", "person", feminine="dentiste"),
    Noun("florist", "fleuriste", "m", "person", feminine="fleuriste"),
    Noun("inspector", "inspecteur", "m", "person", feminine="inspectrice"),
    Noun("inventor", "inventeur", "m", "person", feminine="inventrice"),
    Noun("sculptor", "sculpteur", "m", "person", feminine="sculptrice"),
    Noun("magician", "magicien", "m", "person", feminine="magicienne"),
    Noun("electrician", "électricien", "m", "person", feminine="électricienne"),
    Noun("cousin", "cousin", "m", "kin", feminine="cousine"),
    Noun("lion", "lion", "m", "animal"),
    Noun("tiger", "tigre", "m", "animal"),
    Noun("document", "document", "m", "text"),
    Noun("article", "article", "m", "text"),
    Noun("contract", "contrat", "m", "text"),
    Noun("camera", "caméra", "f", "thing"),
    Noun("microphone", "microphone", "m", "thing"),
    Noun("telescope", "télescope", "m", "thing"),
    Noun("candle", "bougie", "f", "lamp"),
    Noun("jacket", "veste", "f", "clothing"),
    Noun("tractor", "tracteur", "m", "vehicle"),
    Noun("canoe", "canoë", "m", "craft"),
    Noun("tulip", "tulipe", "f", "plant"),
    Noun("banana", "banane", "f", "food"),
    Noun("salad", "salade", "f", "food"),
    Noun("lemonade", "limonade", "f", "drink"),
    Noun("palace", "palais", "m", "place"),
    Noun("terrace", "terrasse", "f", "place"),
    Noun("clinic", "clinique", "f", "business"),
    Noun("laboratory", "laboratoire", "m", "business"),
    Noun("ceremony", "cérémonie", "f", "event"),
    Noun("exhibition", "exposition", "f", "event"),
    Noun("celebration", "célébration", "f", "event"),
    Noun("strategy", "stratégie", "f", "idea"),
    Noun("invitation", "invitation", "f", "query"),
    Noun("trumpet", "trompette", "f", "instrument"),
)

VERBS = (
    Verb("admire", "admirer", "person event place"),
    Verb("inspect", "inspecter", "vehicle place business"),
    Verb("observe", "observer", "animal event"),
    Verb("transport", "transporter", "animal thing"),
    Verb("restore", "restaurer", "place vehicle"),
    Verb("consult", "consulter", "text person"),
    Verb("organize", "organiser", "event"),
    Verb("decorate", "décorer", "place seat"),
)

ADJECTIVES = (
    Adjective("modern", "moderne", "place business vehicle text lamp craft transport instrument"),
    Adjective("elegant", "élégant", "person clothing place"),
    Adjective("fragile", "fragile", "thing plant instrument body"),
    Adjective("popular", "populaire", "person event food drink text"),
    Adjective("ridiculous", "ridicule", "idea query event clothing"),
    Adjective("enormous", "énorme", "animal plant place seat thing"),
    Adjective("nervous", "nerveux", "person kin animal"),
    Adjective("practical", "pratique", "thing seat vehicle idea"),
)
