"""Names. Several belong to more than one world on purpose: Jordan is a boy and a country, Lyon a city and its team, Rose a flower."""

from sample_grammar.words import Adjective, Place

WOMEN = (
    "Rose", "May", "Grace", "Hope", "Iris", "Florence", "Charlotte", "Victoria", "Georgia", "Anna", "Clara", "Julia", "Laura", "Emma",
    "Nina", "Marta", "Alice", "Lucy", "Daisy", "Joy",
)  # fmt: skip
MEN = (
    "Will", "Mark", "Frank", "Bill", "Grant", "Jordan", "Austin", "Chad", "Sydney", "Paul", "Peter", "David", "Thomas", "Daniel", "Oscar",
    "Victor", "Simon", "Martin", "Leon", "Art",
)  # fmt: skip
SURNAMES = (
    "Baker", "Hunter", "Cook", "Stone", "Young", "Brown", "White", "Green", "Velin", "Karr", "Lind", "Bexley", "Tarrow", "Penwick",
    "Marsh", "Rivers", "Banks", "Parks", "Walker", "Singer", "Page", "Winter", "Wood", "King", "Bishop", "Dorran", "Lyon", "Reading",
)  # fmt: skip
TITLES = {"Mr.": ("M.", "m"), "Mrs.": ("Mme", "f"), "Dr.": ("le Dr", "m"), "Ms.": ("Mme", "f")}

CITIES = (
    Place("Karlow"), Place("Brenholt"), Place("Tolva"), Place("Estrel"), Place("Oskby"), Place("Dravik"), Place("Velmar"),
    Place("Sorrin"), Place("Lyon"), Place("Paris"), Place("Rome"), Place("Madrid"), Place("Reading"), Place("Bath"), Place("Florence"),
    Place("Victoria"), Place("Austin"), Place("Sydney"), Place("Charlotte"), Place("London", "Londres"), Place("Geneva", "Genève"),
    Place("Vienna", "Vienne"), Place("Lisbon", "Lisbonne"), Place("Brussels", "Bruxelles"), Place("Athens", "Athènes"),
    Place("Venice", "Venise"), Place("Moscow", "Moscou"), Place("Warsaw", "Varsovie"),
)  # fmt: skip
COUNTRIES = (
    Place("Spain", "Espagne", "f"), Place("Italy", "Italie", "f"), Place("Portugal", "Portugal", "m"), Place("Canada", "Canada", "m"),
    Place("Japan", "Japon", "m"), Place("Germany", "Allemagne", "f"), Place("Brazil", "Brésil", "m"), Place("Greece", "Grèce", "f"),
    Place("Norway", "Norvège", "f"), Place("Poland", "Pologne", "f"), Place("Jordan", "Jordanie", "f"), Place("Georgia", "Géorgie", "f"),
    Place("Chad", "Tchad", "m"), Place("Mexico", "Mexique", "m"), Place("Egypt", "Égypte", "f"), Place("Turkey", "Turquie", "f"),
)  # fmt: skip

ALL = "person text clothing vehicle food drink event craft instrument"
NATIONALITIES = (
    Adjective("Spanish", "espagnol", ALL), Adjective("Italian", "italien", ALL), Adjective("Portuguese", "portugais", ALL),
    Adjective("Canadian", "canadien", ALL), Adjective("Japanese", "japonais", ALL), Adjective("German", "allemand", ALL),
    Adjective("Brazilian", "brésilien", ALL), Adjective("Greek", "grec", ALL, "grecque"), Adjective("Norwegian", "norvégien", ALL),
    Adjective("Polish", "polonais", ALL), Adjective("Mexican", "mexicain", ALL), Adjective("Egyptian", "égyptien", ALL),
    Adjective("Turkish", "turc", ALL, "turque"), Adjective("French", "français", ALL),
)  # fmt: skip

# What follows a family or city name in the name of a company; copied in French.
COMPANY_ENDINGS = ("Motors", "Foods", "Steel", "Records", "Books", "Brothers", "Airlines", "Bank")
TEAM_ENDINGS = ("United", "Rovers", "City")

# English pattern, French pattern, French gender. C is a city, P a person's full name, S a family name.
INSTITUTIONS = (
    ("the University of C", "l'université de C", "f"), ("the Museum of C", "le musée de C", "m"),
    ("the Bank of C", "la banque de C", "f"), ("the C Hospital", "l'hôpital de C", "m"), ("the C Times", "le C Times", "m"),
    ("the P Foundation", "la fondation P", "f"), ("the P School", "l'école P", "f"), ("the S Institute", "l'institut S", "m"),
    ("the Bank of the North", "la banque du Nord", "f"), ("the City Council of C", "le conseil municipal de C", "m"),
)  # fmt: skip
EVENTS = (
    ("the C Festival", "le festival de C", "m"), ("the S Cup", "la coupe S", "f"), ("the C Marathon", "le marathon de C", "m"),
    ("the S Prize", "le prix S", "m"), ("the Battle of C", "la bataille de C", "f"),
)  # fmt: skip

# Titles of works: copied in French. Each has the noun that introduces it.
TITLED = (
    ("novel", "Winter Light"), ("novel", "The Long Walk"), ("film", "Night Train"), ("film", "Paper Birds"), ("play", "The Old Guard"),
    ("play", "Silent Water"), ("novel", "Red Stone"), ("film", "A Quiet Visit"), ("play", "Rose and Iron"), ("novel", "The Last Order"),
    ("film", "The Watch"), ("play", "Cold Hands"), ("novel", "Daniel in London"), ("film", "Letters from Karlow"),
)  # fmt: skip

# Names that only the test_unseen files use.
NEW_WOMEN = ("Mirela", "Tessa", "Odile", "Bronwen", "Carmela", "Sunniva", "Pearl", "Violet")
NEW_MEN = ("Gareth", "Tomas", "Rufus", "Casimir", "Dorian", "Lars", "Basil", "Clay")
NEW_SURNAMES = ("Fenwood", "Castell", "Brandt", "Mossley", "Tilburn", "Verrano", "Quade", "Fisher", "Glass", "Potter", "Lake", "Draper")
NEW_CITIES = tuple(Place(name) for name in ("Morvane", "Kelsund", "Padrosa", "Tarnholm", "Bellmore", "Granville", "Zelnik", "Cork", "Nice"))
NEW_COUNTRIES = (
    Place("Sweden", "Suède", "f"), Place("Denmark", "Danemark", "m"), Place("Chile", "Chili", "m"), Place("Finland", "Finlande", "f"),
    Place("Peru", "Pérou", "m"), Place("Bulgaria", "Bulgarie", "f"),
)  # fmt: skip
NEW_TITLED = (
    ("novel", "The Glass Farm"), ("film", "Second Summer"), ("play", "Iron Sky"), ("novel", "A Map of Morvane"), ("film", "Seven Lamps"),
)  # fmt: skip
