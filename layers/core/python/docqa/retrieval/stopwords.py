"""Small lists of function words: what is not indexed, and how the language of a text is told.

Written for this project from the grammar of each language (articles, pronouns, prepositions, conjunctions,
auxiliaries), not for completeness: BM25 gives the frequent words that are left a low weight by itself.
"""

from types import MappingProxyType

# Pieces that an apostrophe leaves behind ("don't", "l'homme") stand in the lists too.
_WORDS = {
    "english": """
        a about after again all also am an and any are as at be because been before being between both but by can
        could d did do does doing don down during each few for from further had has have having he her here hers him
        his how i if in into is isn it its itself just ll m may me might more most must my no nor not now of off on
        once only or other our ours out over own re s same shall she should so some such t than that the their them
        then there these they this those through to too under until up upon us ve very was we were what when where
        which while who whom whose why will with would you your yours
    """,
    "german": """
        aber alle als also am an auch auf aus bei beim bin bis bist da damit dann das dass dem den denn der des
        dessen die dies diese dieser dieses doch dort du durch ein eine einem einen einer eines er es für hat hatte
        hatten haben hier ich ihr ihre im in ins ist ja jede jeder kann kein keine können man mehr mit nach nicht
        noch nur ob oder ohne sehr sein seine sich sie sind so über um und uns unter vom von vor war waren warum was
        welche welcher welches wem wen wenn wer werden wie wird wo wurde wurden zu zum zur zwischen
    """,
    "french": """
        à au aux avec c ce ces cet cette comme d dans de des donc du elle elles en entre est et était été être eu il
        ils j je l la le les leur leurs lui m ma mais me même mes moi mon n ne nos notre nous on ont ou où par pas
        plus pour qu quand que quel quelle quelles quels qui s sa sans se ses si son sont sous sur t ta te tes toi
        ton tous tout tu un une vos votre vous y
    """,
    "spanish": """
        a al algo ante como con contra cual cuando cuál cuándo cuánto cuántos de del desde donde dónde e el él ella
        ellas ellos en entre era es esa ese eso esta este esto está están fue fueron ha han hasta hay la las le les
        lo los más me mi muy ni no nos o para pero por porque que qué quién se ser si sin sobre son su sus también
        te tiene tu un una unas uno unos y ya yo
    """,
    "italian": """
        a ad agli ai al alla alle anche che chi ci come con cosa cui da dai dal dalla dalle dei del della delle
        dello di dove e è ed era erano essere fra gli ha hanno i il in io l la le lei lo loro ma mi nei nel nella
        nelle nello noi non o ogni per perché più qual quale quali quando quanto quanti quella questa questo se sei
        si sia sono stata stato su sua sul sulla suo ti tra un una uno
    """,
    "portuguese": """
        a à ao aos as até com como da das de dela dele do dos e é ela elas ele eles em entre era essa esse esta este
        está eu foi foram há isso isto já lhe mais mas me mesmo meu muito na nas nem no nos não o onde os ou para
        pela pelo por porque qual quais quando quanto que quem se sem ser seu são sua também te tem um uma você
    """,
    "dutch": """
        aan al als bij dan dat de deze die dit door een en er had heb hebben heeft het hij hoe hun ik in is je kan
        maar me meer met mijn naar niet nog nu of om onder ook op over te tegen toen tot u uit van veel voor waar
        waarom wanneer was wat we welke werd wie wij worden wordt ze zich zij zijn zonder
    """,
    "swedish": """
        alla att av blev bli de dem den denna deras dess det detta dig din du där efter eller en ett från för ha
        hade han hans har hon hur här i inte jag kan man med mellan men mig mot mycket ni när nu och om på sig sin
        som till under upp ut vad var varför vem vi vid vilka vilken vilket än är
    """,
    "danish": """
        af alle at blev blive da de dem den denne der deres det dette dig din du efter eller en er et for fra ham
        han hans har havde hun hvad hvem hvilken hvor hvorfor hvornår i ikke ind jeg kan man med mellem men mig mod
        nu når og også om op over på sig sin som til ud under var ved vi være
    """,
    "turkish": """
        ama ancak bana bazı ben beni bir biri biz bu buna bunu çok da daha de değil diye en gibi hangi hem her için
        ile ise kadar ki kim mi mı mu mü nasıl ne neden nerede o olan olarak oldu olduğu olur onu sonra şu
        tarafından ve veya ya
    """,
}

STOP_WORDS = MappingProxyType({language: frozenset(words.split()) for language, words in _WORDS.items()})
"""Language (Snowball's name) → its function words, casefolded, NFKC."""

LATIN_LANGUAGES = tuple(STOP_WORDS)
