"""The language of a text and of every block, told without a model."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.language import language_of, with_languages
from docqa.core.models import Block, BlockKind, ParsedRange

XQUAD = Path(__file__).resolve().parents[3] / "../shared/data/retrieval/xquad/corpus.jsonl"

SENTENCES = {
    "en": "The keeper of the lighthouse wrote down the weather every morning before he had his breakfast.",
    "de": "Der Wärter des Leuchtturms schrieb jeden Morgen das Wetter auf, bevor er frühstückte.",
    "fr": "Le gardien du phare notait chaque matin le temps qu'il faisait avant de prendre son café.",
    "es": "El guardián del faro anotaba cada mañana el tiempo que hacía antes de desayunar en la cocina.",
    "it": "Il guardiano del faro annotava ogni mattina che tempo faceva prima di fare colazione.",
    "pt": "O guarda do farol anotava todas as manhãs o tempo que fazia antes de tomar o pequeno-almoço.",
    "nl": "De wachter van de vuurtoren schreef elke ochtend het weer op voordat hij ging ontbijten.",
    "sv": "Fyrvaktaren skrev upp vädret varje morgon innan han åt sin frukost, och det gjorde han i många år.",
    "da": "Fyrpasseren skrev vejret op hver morgen, før han spiste sin morgenmad hele sit liv, og det gjorde han.",
    "no": "Fyrvokteren skrev opp været hver morgen før han spiste frokosten sin, og det gjorde han etter krigen også.",
    "fi": "Majakanvartija kirjoitti sään muistiin joka aamu ennen kuin hän söi aamiaisen, ja niin hän teki vuosia.",
    "pl": "Latarnik zapisywał pogodę każdego ranka, zanim zjadł śniadanie, i robił to przez wiele lat.",
    "cs": "Strážce majáku si každé ráno zapisoval počasí, než se nasnídal, a dělal to po mnoho let.",
    "sk": "Strážca majáka si každé ráno zapisoval počasie, kým sa naraňajkoval, a robil to dlhé roky, keď žil tu.",
    "hu": "A világítótorony őre minden reggel feljegyezte az időjárást, mielőtt megreggelizett volna.",
    "ro": "Paznicul farului nota în fiecare dimineață cum este vremea și apoi își lua micul dejun.",
    "tr": "Deniz fenerinin bekçisi her sabah kahvaltıdan önce hava durumunu yazardı ve bu uzun yıllar böyle oldu.",
    "id": "Penjaga mercusuar itu mencatat cuaca setiap pagi sebelum ia makan pagi, dan itu dilakukan setiap hari.",
    "vi": "Người gác hải đăng ghi lại thời tiết mỗi buổi sáng trước khi ăn sáng, và ông đã làm như vậy nhiều năm.",
    "ru": "Смотритель маяка каждое утро записывал погоду, прежде чем завтракать, и делал это много лет.",
    "uk": "Доглядач маяка щоранку записував погоду, перш ніж снідати, і робив це протягом багатьох років.",
    "bg": "Пазачът на фара записваше времето всяка сутрин, преди да закуси, и правеше това много години.",
    "sr": "Чувар светионика је сваког јутра бележио време пре него што би доручковао, и то је чинио годинама.",
    "el": "Ο φύλακας του φάρου σημείωνε τον καιρό κάθε πρωί πριν από το πρωινό του.",
    "he": "שומר המגדלור רשם את מזג האוויר בכל בוקר לפני ארוחת הבוקר.",
    "ar": "كان حارس المنارة يسجل حالة الطقس كل صباح قبل أن يتناول فطوره.",
    "fa": "نگهبان فانوس دریایی هر روز صبح پیش از صبحانه وضع هوا را یادداشت می‌کرد.",
    "ur": "مینار کا نگران ہر صبح ناشتے سے پہلے موسم کا حال لکھتا تھا۔",
    "hi": "प्रकाशस्तंभ का रखवाला हर सुबह नाश्ते से पहले मौसम का हाल लिखता था।",
    "th": "ผู้ดูแลประภาคารจดบันทึกสภาพอากาศทุกเช้าก่อนรับประทานอาหารเช้า",
    "ja": "灯台守は毎朝、朝食の前に天気を書き留めた。",
    "zh": "灯塔看守人每天早上吃早饭之前都会记录天气。",
    "ko": "등대지기는 매일 아침 식사 전에 날씨를 기록했다.",
    "ka": "შუქურის მცველი ყოველ დილით ამინდს იწერდა.",
    "km": "អ្នកយាមប៉មភ្លើងហ្វារបានកត់ត្រាអាកាសធាតុរៀងរាល់ព្រឹក។",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_enough(language: str) -> None:
    assert language_of(SENTENCES[language]) == language


@pytest.mark.parametrize(
    "text", ["", "42", "1,204.50 | 17 | 9", "HF-1017", "Skarv", "https://example.org/a?b=c", "...", "\ud83d\ude00"]
)
def test_what_says_nothing_has_no_language(text: str) -> None:
    assert language_of(text) is None


def test_names_in_another_script_do_not_decide() -> None:
    assert language_of("我们使用 PostgreSQL 和 pgvector 来存储文档向量。") == "zh"
    assert language_of("The Chinese word 灯塔 means lighthouse, and 天气 is the weather.") == "en"
    assert language_of("Los Angeles is home of the Los Angeles Rams and of the Los Angeles Lakers.") == "en"


def test_decomposed_letters_count_as_their_letters() -> None:
    assert language_of("Ba\u0302y gio\u031b\u0300 to\u0302i kho\u0302ng co\u0301 thi\u0300 gio\u031b\u0300") == "vi"


def test_a_long_text_is_told_from_samples() -> None:
    assert language_of("1 2 3 " * 50_000 + SENTENCES["de"] * 2000) == "de"


@given(st.text(max_size=300))
def test_any_text_has_a_code_or_none(text: str) -> None:
    found = language_of(text)
    assert found is None or (len(found) == 2 and found.islower())


def test_paragraphs_that_others_wrote() -> None:
    lines = XQUAD.read_text(encoding="utf-8").splitlines() if XQUAD.exists() else []
    texts = [(record["metadata"]["lang"], record["text"]) for record in map(json.loads, lines)]
    wrong = [text for language, text in texts if language_of(text) != language]
    assert len(wrong) <= 0.02 * len(texts)


# -- blocks ----------------------------------------------------------------------------------------


def paragraph(text: str, **more: object) -> Block:
    return Block.model_validate({"kind": BlockKind.PARAGRAPH, "text": text, **more})


def languages(*blocks: Block) -> list[str | None]:
    return [block.language for block in with_languages(ParsedRange(index=0, blocks=blocks)).blocks]


def test_a_short_block_speaks_as_its_neighbour_does() -> None:
    assert languages(paragraph("Skarv"), paragraph(SENTENCES["de"]), paragraph("17")) == ["de", "de", "de"]


def test_a_neighbour_in_another_script_does_not_count() -> None:
    blocks = paragraph(SENTENCES["de"]), paragraph(SENTENCES["ja"]), paragraph("Skarv"), paragraph("天")
    assert languages(*blocks) == ["de", "ja", "de", "ja"]
    assert languages(paragraph("Skarv"), paragraph(SENTENCES["ja"])) == [None, "ja"]


def test_what_the_format_says_stays() -> None:
    assert languages(paragraph(SENTENCES["de"], language="gsw"), paragraph("Skarv")) == ["gsw", "gsw"]


def test_a_doubtful_block_does_not_speak_against_its_document() -> None:
    doubtful = "A mooring rope parted in Halden. Nobody was hurt."
    assert language_of(doubtful, sure=True) is None
    assert languages(paragraph(SENTENCES["en"]), paragraph(doubtful)) == ["en", "en"]
    assert languages(paragraph(SENTENCES["en"]), paragraph(SENTENCES["nl"])) == ["en", "nl"]


def test_records_of_a_table_share_a_language() -> None:
    rows = [
        Block(kind=BlockKind.ROW, row=n, text=text, sheet=sheet)
        for sheet, texts in (("a", [SENTENCES["fr"], "17"]), ("b", [SENTENCES["en"], "Le chat est sur la table"]))
        for n, text in enumerate(texts, start=1)
    ]
    assert languages(*rows) == ["fr", "fr", "en", "en"]
