"""Small lists of function words, by which the language of a text is told and which search does not index.

Written for this project from the grammar of each language (articles, pronouns, prepositions, conjunctions,
auxiliaries), not for completeness.
"""

from collections.abc import Iterable
from types import MappingProxyType

# Pieces that an apostrophe leaves behind ("don't", "l'homme") stand in the lists too.
_WORDS = {
    "en": """
        a about after again all also am an and any are as at be because been before being between both but by can
        could d did do does doing don down during each few for from further had has have having he her here hers him
        his how i if in into is isn it its itself just ll m may me might more most must my no nor not now of off on
        once only or other our ours out over own re s same shall she should so some such t than that the their them
        then there these they this those through to too under until up upon us ve very was we were what when where
        which while who whom whose why will with would you your yours
    """,
    "de": """
        aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dem den denn der des
        dessen die dies diese dieser dieses doch dort du durch ein eine einem einen einer eines er es für hat hatte
        hatten haben hier ich ihr ihre im in ins ist ja jede jeder kann kein keine können man mehr mit nach nicht
        noch nur ob oder ohne sehr sein seine sich sie sind so über um und uns unter vom von vor war waren warum was
        welche welcher welches wem wen wenn wer werden wie wird wo wurde wurden zu zum zur zwischen
    """,
    "fr": """
        à au aux avec c ce ces cet cette comme d dans de des donc du elle elles en entre est et était été être eu il
        ils j je l la le les leur leurs lui m ma mais me même mes moi mon n ne nos notre nous on ont ou où par pas
        plus pour qu quand que quel quelle quelles quels qui s sa sans se ses si son sont sous sur t ta te tes toi
        ton tous tout tu un une vos votre vous y
    """,
    "es": """
        a al algo ante como con contra cual cuando cuál cuándo cuánto cuántos de del desde donde dónde e el él ella
        ellas ellos en entre era es esa ese eso esta este esto está están fue fueron ha han hasta hay la las le les
        lo los más me mi muy ni no nos o para pero por porque que qué quién se ser si sin sobre son su sus también
        te tiene tu un una unas uno unos y ya yo
    """,
    "it": """
        a ad agli ai al alla alle anche che chi ci come con cosa cui da dai dal dalla dalle dei del della delle
        dello di dove e è ed era erano essere fra gli ha hanno i il in io l la le lei lo loro ma mi nei nel nella
        nelle nello noi non o ogni per perché più qual quale quali quando quanto quanti quella questa questo se sei
        si sia sono stata stato su sua sul sulla suo ti tra un una uno
    """,
    "pt": """
        a à ao aos as até com como da das de dela dele do dos e é ela elas ele eles em entre era essa esse esta este
        está eu foi foram há isso isto já lhe mais mas me mesmo meu muito na nas nem no nos não o onde os ou para
        pela pelo por porque qual quais quando quanto que quem se sem ser seu são sua também te tem um uma você
    """,
    "nl": """
        aan al als bij dan dat de deze die dit door een en er had heb hebben heeft het hij hoe hun ik in is je kan
        maar me meer met mijn naar niet nog nu of om onder ook op over te tegen toen tot u uit van veel voor waar
        waarom wanneer was wat we welke werd wie wij worden wordt ze zich zij zijn zonder
    """,
    "sv": """
        alla att av blev bli de dem den denna deras dess det detta dig din du där efter eller en ett från för ha
        hade han hans har hon hur här i inte jag kan man med mellan men mig mot mycket ni när nu och om på sig sin
        som till under upp ut vad var varför vem vi vid vilka vilken vilket än är
    """,
    "da": """
        af alle at blev blive da de dem den denne der deres det dette dig din du efter eller en er et for fra ham
        han hans har havde hun hvad hvem hvilken hvor hvorfor hvornår i ikke ind jeg kan man med mellem men mig mod
        nu når og også om op over på sig sin som til ud under var ved vi være
    """,
    "tr": """
        ama ancak bana bazı ben beni bir biri biz bu buna bunu çok da daha de değil diye en gibi hangi hem her için
        ile ise kadar ki kim mi mı mu mü nasıl ne neden nerede o olan olarak oldu olduğu olur onu sonra şu
        tarafından ve veya ya
    """,
    "no": """
        alle at av bare ble både da de deg dem den denne der dere deres det dette du eller en enn er et etter for fra
        før ha hadde han hans har henne hennes her hun hva hvem hver hvilken hvilke hvis hvor hvordan hvorfor i ikke
        ingen inn jeg kan kunne man med meg mellom men mer mot mye må noe noen nå når og også om opp oss over på seg
        selv sin sine skal som til under ut uten var ved vi vil være vært å
    """,
    "fi": """
        ei eivät ennen ja jo joka jonka jos jotka joita kaikki kanssa kuin kuka kun koska kuitenkin me minä mikä mitä
        mukaan mutta myös ne niin niiden nämä ole olen oli olivat olla on ovat pitää saa se sekä sen siihen siitä sillä
        sinä sitä tai tämä tämän tässä tätä vai vain vaan voi voidaan että joissa jossa hän heidän hänen
    """,
    "pl": """
        aby ale albo bez był była było były być co czy dla do gdy gdzie ich i jak jako jego jej jest jeśli już kiedy
        które którego której który która których lub ma mnie może można na nad nie niż o od oraz po pod przed przez
        przy się są ta tak także tego tej ten to tych tym tylko w we więc wszystkie z za ze że został została
    """,
    "cs": """
        a aby ale ani až bez bude by byl byla bylo být či co do i jak jako je jeho její jejich jen jsem jsou již k kde
        kdo když která které který kteří mezi mimo může musí na nad nebo není než o od po pod podle pokud pro proto
        před při s se si tak také této tohoto to tento tím u v ve však více z za ze že
    """,
    "sk": """
        a aby ako ale alebo ani až bez bol bola bolo boli bude by byť čo do ešte i ich ja je jeho jej k kde keď kto
        ktorá ktoré ktorý ktorí ktorého ktorých len má medzi môže musí na nad nie než o od podľa po pod pre pred pri
        s sa so si sú tak teda tento tejto tohto to tom tieto u už v vo viac však z za zo že
    """,
    "hu": """
        a az és egy hogy nem is ez ezt azt meg csak de ha már van volt lesz vagy mint még mert minden el ki be ami
        amely amelyek aki akik kell lehet után alatt között által szerint nincs ezek azok olyan ilyen ennek annak
        pedig illetve valamint sem itt ott mely fel le sok más
    """,
    "ro": """
        a al ale am ar are asupra au avea că ca care când către ce cel cea cei cele chiar cu cum da dacă dar de decât
        deci din după e ea ei el este eu fi fie fost fără iar în între îi își la le lor lui mai mult ne nici nu o
        or ori pe pentru poate prin sa sale sau se și sunt sub sunteți toate tot un una unde unei unor unui va
        vor
    """,
    "id": """
        ada adalah agar akan anda antara apa atas atau bagi bahwa banyak bisa dalam dan dapat dari daripada demi dengan
        di hanya harus ia ini itu jika juga kami karena ke kepada kita lain lebih maka mereka oleh pada para saat
        sangat saya sebagai sebuah secara sedang sehingga semua seperti serta setiap sudah suatu tahun telah
        tentang terhadap tersebut tetapi tidak untuk yaitu yang
    """,
    "vi": """
        bị bởi các cái cho chỉ chúng chưa có của cùng cũng do đã đang đây đến để đi điều đó được gì giữa hay hoặc hơn
        khi không là lại làm mà mình mỗi một này nào nên nếu người nhưng những như ở phải qua ra rằng rất sau sẽ tại
        theo thì thể trên trong trước từ và vào vẫn về vì việc với vẫn
    """,
    "ca": """
        a al als amb aquest aquesta aquests com de del dels des el ella els en entre era és eren aquestes és está
        està estan fins ha han hi i ja la les li llur més no nosaltres o on per perquè pel pels però que qual quan
        què qui sense ser seu seva seus són també té un una unes uns va van vostè
    """,
    "hr": """
        a ali ako bi bio bila bilo biti do gdje ga i ili iz ih ima iako je jer još kada kako kao koja koje koji kojem
        koju ja li može mogu na nakon ne nego nije nisu no o od ovaj ova ovo oni on ona po pod prema pri s sa samo se
        su svi što šta ta taj te to treba u uz za zbog će više što
    """,
    "et": """
        aga ei et ega enne on oli oma olid ole olla ning ja ka kas kes keda kelle kui kuid kus kõik ma mis mida mille
        millest me meie need nende nii pole peale pärast see seda selle selles sest siis ta tema või võib vaid veel
        nagu üle üks
    """,
    "lt": """
        ar apie arba bei be bet buvo būti dar dėl iki ir iš į jau jei jie jis jo jos jų kad kai kaip kas kuri kurie
        kuris kurių nėra ne nei nes nuo o pagal per po prie prieš savo su ši šis tai taip tarp tik už visi yra
    """,
    "lv": """
        ar arī bet bija bez būt caur gan ir jo ja jau ka kad kas kā ko kura kuras kuri kurš lai līdz nav ne nevar no
        pa par pēc pie pirms savu šī šis šo tad tas tā tie tikai to tiek un uz vai var viņa viņš ja
    """,
}

FUNCTION_WORDS = MappingProxyType({language: frozenset(words.split()) for language, words in _WORDS.items()})
"""ISO 639-1 code of a language in Latin script → its function words, casefolded, NFKC."""


def languages_of_words(languages: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Function word → those of the languages that it is one in, in the order given."""
    found: dict[str, list[str]] = {}
    for language in languages:
        for word in FUNCTION_WORDS[language]:
            found.setdefault(word, []).append(language)
    return {word: tuple(spoken) for word, spoken in found.items()}
