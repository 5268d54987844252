"""Spanish words in their forms: regular verbs, nouns and adjectives; which lemmas stand in which part."""

from sample_grammar.spanish import spoken
from sample_grammar.world import Dice

SEED = 2029
WORDS = {"train": 1500, "dev": 200, "test": 200}
SHARES = {"train": 0.72, "dev": 0.14, "test": 0.14}  # of the lemmas: those of dev and test are new ones
MOST = {"train": 8, "dev": 4, "test": 4}  # forms of a lemma

VERBS = """
abrazar acabar aceptar aconsejar acompañar admirar afirmar agregar agradar alcanzar alquilar amar andar animar anotar apagar aplicar
apoyar aprovechar arreglar arrojar atacar aumentar avanzar averiguar avisar ayudar bailar bajar barrer beber borrar brillar bucear buscar
caminar cantar captar cargar castigar cazar celebrar cenar charlar chocar cocinar colocar comer comprar comprender comunicar conquistar
conservar correr cortar coser crear criticar cruzar cubrir cuidar cumplir debatir deber decidir dedicar dejar depender desarrollar
desayunar descansar desear dibujar discutir disfrutar dividir doblar echar elevar empujar entrar entregar enseñar escapar escuchar esperar
explicar exigir explotar exportar fabricar firmar fracasar frenar fumar ganar gastar girar gritar guardar guiñar hablar imaginar insistir
invitar jurar juzgar lanzar lavar leer levantar llamar llegar llenar llevar llorar luchar mandar marchar mejorar mezclar mirar montar
nadar navegar necesitar obligar ocultar ocurrir ofender olvidar ordenar pagar partir pasar patinar pelear permitir pescar pintar pisar
practicar preguntar preparar prometer quedar quemar quitar realizar rechazar recibir regalar regresar reparar respirar responder rezar
robar romper saltar saludar secar señalar soplar subir sufrir sumergir temer terminar tirar tocar tomar trabajar tratar unir usar vender
viajar vigilar vivir votar zumbar
"""
NOUNS = """
abeja abogado abuelo aceite ágil agua águila aguja ajedrez alcalde alfombra algodón almohada amigo análisis ángel anillo año árbol arroz
árabe arquitecto artículo asiento atún autobús avión azúcar bahía balcón bandera barco barrio batalla bigote boca bolígrafo bosque botella
brazo brújula buey bufanda búho caballo cabeza cajón calle camión camisa campana canción carbón cárcel carretera cartón castillo cebolla
ceniza cerebro chaqueta chico chimenea chocolate cielo cigüeña ciudad cláusula clavel cocina codo cohete colegio collar color conejo
corazón corbata corredor crítica cruz cuaderno cuchara cuello cueva dedo delfín desagüe desván día diente diez dinosaurio dirección disco
dragón edificio ejército elefante embrague enemigo enfermera equipo escalera escuela esfuerzo espejo espíritu esquina estación estrella
estudiante examen fábrica farol fiesta flauta flecha flor frigorífico fuego fuente gallina ganador garaje garganta gigante gorrión gota
grillo guante guerra guía guisante guitarra habitación hacha helado hermano héroe hielo hierro higuera hilo hoguera hoja hombre hormiga
horno hospital hotel huerta hueso huevo iglesia imagen incendio isla jabalí jabón jamón jardín jaula jefe jersey jirafa joven juego jueves
juez juguete labio ladrillo ladrón lágrima laguna lámpara lápiz leche lechuga lengua león letra ley libro limón lingüista llave llanura
lluvia lobo luz madera maíz maleta manzana máquina marqués martillo mayor médico melocotón mercado mesa miel mochila moneda montaña
mosquito motor muela murciélago músculo música naranja nariz nave nieve niño noche nube nuez número océano oído ojo oreja oxígeno oveja
pájaro palabra paloma pan pañuelo papel paquete paraguas pared paz peine pelota perro periódico pez piedra pierna pijama pingüino piña
pirámide plátano playa plaza plomo poeta policía polvo pregunta príncipe profesor pueblo puente puerta pulgar queja queso quijote química
rabia ración raíz ratón rayo razón régimen reina reloj reunión rey riñón río rodilla ropa rueda ruido sábado salchicha sangre sartén
semáforo señal serpiente siglo silencio sillón sobre sol sombrero sótano sueño taller tambor taxi taza techo tela teléfono tesoro tiburón
tienda tigre tijera toalla tornillo toro torre tortuga traje tren tribu trigo trueno tubo túnel uña uva vaca vaso vejez ventana verano
verdad viaje viento violín viuda voz yegua yema yogur zanahoria zapato zorro zumo
"""
ADJECTIVES = """
abierto absurdo agrio alegre alto amargo amarillo ambiguo ancho antiguo áspero azul barato blanco bonito breve bueno ciego claro contiguo
corto cálido dulce débil difícil dócil enérgico enorme estrecho extraño famoso fácil feliz feroz flaco frágil frío fuerte gordo grave gris
hábil hondo honrado humilde húmedo igual inútil joven largo lejano lento ligero limpio lleno mágico maduro marrón mojado moreno negro
noble nuevo oscuro pálido pequeño perezoso pobre pálido público quieto rápido raro redondo rico rígido rojo ronco rubio sabio sagaz sano
seco sencillo serio sucio suave tímido tranquilo triste único útil vacío valiente veloz verde viejo vulgar ágil
"""
ENDINGS = {
    "ar": "ar o as a amos áis an é aste ó aron aba abas ábamos ando ado aré arás ará aremos aría",
    "er": "er o es e emos éis en í iste ió ieron ía ías íamos iendo ido eré erás erá eremos ería",
    "ir": "ir o es e imos ís en í iste ió ieron ía ías íamos iendo ido iré irás irá iremos iría",
}
RESPELLED = {  # a stem's last letters before e, and before o and a
    "c": ("qu", "c"),
    "g": ("gu", "g"),
    "z": ("c", "z"),
    "gu": ("gü", "gu"),
}
IRREGULAR = {"andar": "é aste ó aron", "leer": "ió ieron iendo ido iste", "cubrir": "ido", "romper": "ido"}


def forms_of_verb(infinitive: str) -> list[str]:
    """Forms of a verb whose stem stays, respelled where its sound would change."""
    stem, kind = infinitive[:-2], infinitive[-2:]
    left_out = IRREGULAR.get(infinitive, "").split()
    forms = []
    for ending in ENDINGS[kind].split():
        if ending in left_out:
            continue
        forms.append(respelled(stem, ending, kind) + ending)
    return forms


def respelled(stem: str, ending: str, kind: str) -> str:
    """A stem as it is written before an ending, so that its last consonant sounds as in the infinitive."""
    if kind == "ar" and ending[0] in "eé":
        for last in sorted(RESPELLED, key=len, reverse=True):
            if stem.endswith(last):
                return stem.removesuffix(last) + RESPELLED[last][0]
    if kind != "ar" and stem.endswith("g") and ending[0] in "oa":  # exigir, exijo
        return f"{stem[:-1]}j"
    return stem


def plural(noun: str) -> str:
    """A noun or adjective in the plural; words in -s that are not stressed at the end stay."""
    if noun[-1] in "aeoé":
        return f"{noun}s"
    if noun[-1] in "íú":
        return f"{noun}es"
    if noun.endswith("z"):
        return f"{noun[:-1]}ces"
    if noun.endswith("s") and len(noun) > 4 and noun[-2] not in "áéíóú":
        return noun
    if noun[-2] in "áéíóú" and noun[-1] in "ns":
        return f"{noun[:-2]}{dict(zip('áéíóú', 'aeiou', strict=True))[noun[-2]]}{noun[-1]}es"
    if noun in ("joven", "examen", "imagen"):
        return {"joven": "jóvenes", "examen": "exámenes", "imagen": "imágenes"}[noun]
    return f"{noun}es"


LEFT_ALONE = frozenset(("régimen", "jersey", "taxi", "tribu", "paraguas", "análisis", "jueves"))  # other plurals, or none


def lemmas() -> dict[str, list[str]]:
    """{lemma: its forms}; no form stands with two lemmas."""
    found: dict[str, list[str]] = {}
    for verb in VERBS.split():
        found[verb] = forms_of_verb(verb)
    for noun in NOUNS.split():
        found.setdefault(noun, [noun] if noun in LEFT_ALONE else [noun, plural(noun)])
    for adjective in ADJECTIVES.split():
        forms = [adjective, plural(adjective)]
        if adjective.endswith("o"):
            feminine = f"{adjective[:-1]}a"
            forms += [feminine, plural(feminine)]
        found.setdefault(adjective, forms)
    taken: set[str] = set()
    for lemma, forms in found.items():
        found[lemma] = [form for form in dict.fromkeys(forms) if form not in taken]
        taken.update(forms)
    return found


def draw_words() -> dict[str, list[tuple[str, str]]]:
    """(word, phonemes) of the three parts; no lemma stands in two of them."""
    dice, forms = Dice(SEED), lemmas()
    shuffled = sorted(forms, key=lambda lemma: dice.below(1 << 30))
    splits, begin = {}, 0
    for name, size in WORDS.items():
        end = len(shuffled) if name == "test" else begin + round(SHARES[name] * len(shuffled))
        words = [form for lemma in shuffled[begin:end] for form in sorted(forms[lemma], key=lambda form: dice.below(1 << 30))[: MOST[name]]]
        chosen = sorted(words, key=lambda word: dice.below(1 << 30))[:size]
        splits[name] = [(word, spoken(word)) for word in chosen]
        begin = end
    return splits
