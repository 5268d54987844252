"""Languages by their codes: ISO 639-1 ("zh"), and what means the same in ISO 639-2 and 639-3 ("zho", "chi", "cmn")."""

from __future__ import annotations

import re


def language_code(language: str) -> str:
    """The language of a code such as "de", "DE", "deu", "pt-BR", "cmn" or "zh_CN.UTF-8": two letters where it has such a code."""
    code = re.split(r"[^a-z]", language.strip().lower(), maxsplit=1)[0]
    return TWO_LETTERS.get(code, code)


CODES = """
    aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel bg:bul bh:bih bi:bis bm:bam
    bn:ben bo:bod/tib br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces/cze cu:chu cv:chv cy:cym/wel da:dan de:deu/ger dv:div
    dz:dzo ee:ewe el:ell/gre en:eng eo:epo es:spa et:est eu:eus/baq fa:fas/per ff:ful fi:fin fj:fij fo:fao fr:fra/fre fy:fry ga:gle
    gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye/arm hz:her ia:ina id:ind ie:ile ig:ibo
    ii:iii ik:ipk io:ido is:isl/ice it:ita iu:iku ja:jpn jv:jav ka:kat/geo kg:kon ki:kik kj:kua kk:kaz kl:kal km:khm kn:kan ko:kor
    kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin lo:lao lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri/mao
    mk:mkd/mac ml:mal mn:mon mr:mar ms:msa/may mt:mlt my:mya/bur na:nau nb:nob nd:nde ne:nep ng:ndo nl:nld/dut nn:nno no:nor nr:nbl
    nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol ps:pus pt:por qu:que rm:roh rn:run ro:ron/rum ru:rus rw:kin
    sa:san sc:srd sd:snd se:sme sg:sag si:sin sk:slk/slo sl:slv sm:smo sn:sna so:som sq:sqi/alb sr:srp ss:ssw st:sot su:sun sv:swe
    sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig uk:ukr ur:urd
    uz:uzb ve:ven vi:vie vo:vol wa:wln wo:wol xh:xho yi:yid yo:yor za:zha zh:zho/chi zu:zul
"""  # two letters, then three of ISO 639-2 (terminological, and bibliographic where that is another)
MEMBERS = {  # single languages of ISO 639-3 that are written as the language with the two letters is
    "zh": "cmn yue wuu nan hak gan hsn cdo cjy cpx czh czo mnp lzh",
    "ar": "arb ary arz apc acm ajp afb aeb arq",
    "fa": "pes prs",
    "ms": "zsm zlm",
    "sw": "swh",
    "et": "ekk",
    "lv": "lvs",
    "ne": "npi",
    "or": "ory",
    "uz": "uzn",
    "az": "azj",
    "mn": "khk",
    "sq": "als",
    "yi": "ydd",
    "mg": "plt",
    "ps": "pbt",
}
TWO_LETTERS = {
    **{three: two for two, _, rest in (entry.partition(":") for entry in CODES.split()) for three in rest.split("/")},
    **{three: two for two, members in MEMBERS.items() for three in members.split()},
}
