"""Real text to compare two runs of a model by: the samples, and a paragraph in each of several languages."""

import json
import re
from pathlib import Path

import samples
from samples.handbook import SECTIONS
from samples.texts import BATTERIES, MAIL, MINUTES, NOTICES

QUESTIONS = Path(samples.__file__).with_name("questions.jsonl")

LANGUAGES = {
    "ar": "تغادر العبارة الميناء كل صباح في الساعة التاسعة، وتستغرق الرحلة إلى الجزيرة أربعين دقيقة. لا تبحر العبارة "
    "عندما تتجاوز سرعة الرياح سبعة عشر مترا في الثانية.",
    "de": "Die Fähre verlässt den Hafen jeden Morgen um neun Uhr und braucht vierzig Minuten bis zur Insel. Bei einer "
    "Windgeschwindigkeit von mehr als siebzehn Metern pro Sekunde wird der Betrieb eingestellt; über Ausnahmen "
    "entscheidet der Kapitän.",
    "es": "El transbordador sale del puerto todas las mañanas a las nueve y tarda cuarenta minutos en llegar a la "
    "isla. Cuando el viento supera los diecisiete metros por segundo se suspende el servicio.",
    "fr": "Le ferry quitte le port chaque matin à neuf heures et met quarante minutes pour rejoindre l'île. Au-delà "
    "de dix-sept mètres par seconde de vent, le service est interrompu.",
    "hi": "नौका हर सुबह नौ बजे बंदरगाह से निकलती है और द्वीप तक पहुँचने में चालीस मिनट लगते हैं।",
    "ja": "フェリーは毎朝九時に港を出発し、島まで四十分かかります。風速が毎秒十七メートルを超えると運休します。",
    "pl": "Prom odpływa z portu codziennie o dziewiątej rano, a rejs na wyspę trwa czterdzieści minut.",
    "ru": "Паром отходит из гавани каждое утро в девять часов и идёт до острова сорок минут. При ветре сильнее "
    "семнадцати метров в секунду рейсы отменяются.",
    "tr": "Feribot her sabah saat dokuzda limandan ayrılır ve adaya kırk dakikada ulaşır.",
    "zh": "渡船每天早上九点离开港口，四十分钟后到达小岛。风速超过每秒十七米时停航，是否例外由船长决定。",
}

SCRAPS = ("", " ", "a", ".", "ok", "Hi!", "2024", "—", "灯塔")
"""Hardly text; people ask such things all the same."""


def real() -> dict[str, list[str]]:
    """Passages and questions by where they are from, from a few words to more than any window takes."""
    prose = "\n\n".join((re.sub(r"<[^>]+>", " ", NOTICES), BATTERIES, MINUTES, MAIL))
    paragraphs = [" ".join(text.split()) for text in prose.split("\n\n")]
    handbook = [" ".join((title, *body)) for title, body in SECTIONS]
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return {
        "paragraphs": [text for text in paragraphs if len(text) > 20],
        "sections": handbook,
        "questions": questions,
        "long": [" ".join(handbook), " ".join(LANGUAGES.values()), " ".join(paragraphs)],
        "languages": list(LANGUAGES.values()),
    }
