"""Text of the sample PDF: the crew handbook of a ferry company that does not exist. One section is one page."""

TITLE = "Halden Ferries Crew Handbook"

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "1 About Halden Ferries",
        (
            "Halden Ferries has carried passengers, cars and post between the mainland harbour of Halden and the outer "
            "islands since 1957. The company was founded by Ingrid Solberg, a pilot's daughter, with a single wooden vessel "
            "named Terna. Today the fleet counts six ships, and about 240 people work on board and ashore.",
            "This handbook is for every member of the crew. It says how we work, who decides what, and what to do when "
            "something goes wrong. It does not replace the safety management manual on the bridge of each ship; where the two "
            "differ, the manual on the bridge is right.",
            "The handbook is reviewed every February by the marine superintendent and the crew council together. Suggestions "
            "are welcome at any time and are answered within three weeks.",
        ),
    ),
    (
        "2 The fleet",
        (
            "The largest ship is the Havsula, built in 2019, which takes 480 passengers and 96 cars. Her sister Lomvi, built "
            "in 2021, carries the same number of cars but only 450 passengers because her upper lounge holds the crew mess.",
            "The Skarv and the Teist serve the inner route. Each takes 220 passengers and 38 cars. The Alke is our reserve "
            "ship and is kept ready to sail within four hours. The Terna, the first ship of the company, is a museum vessel "
            "and sails only on the first Sunday of June.",
            "Havsula and Lomvi run on batteries at quay speed and switch to diesel engines above nine knots. The batteries "
            "hold 4.3 megawatt hours and are charged at the Halden quay in 22 minutes.",
        ),
    ),
    (
        "3 Chain of command",
        (
            "The master commands the ship and everybody on it. No office ashore can order a master to sail. A decision not to "
            "sail is never questioned in public and never counts against anyone.",
            "If the master cannot act, the chief officer takes command at once and tells the duty manager ashore within "
            "fifteen minutes. The chief engineer answers for engines, batteries and all work in the engine room.",
            "The duty manager ashore can be reached at all hours on channel 71 and by the red telephone on every bridge. The "
            "duty manager informs the coast guard, the press officer and the families, in that order.",
        ),
    ),
    (
        "4 Watches and rest",
        (
            "Deck crew stand watches of six hours. Nobody works more than fourteen hours in any period of twenty-four hours, "
            "and everybody has at least ten hours of rest, which may be split in two parts, one of them at least six hours "
            "long.",
            "Rest hours are entered in the electronic log by each person, not by the officer. A wrong entry is mended by a "
            "second entry; nothing is ever deleted. The chief officer looks at the log every Monday.",
            "Whoever is too tired to work safely says so and is relieved. This has happened eleven times in the last five "
            "years and each time it was the right decision.",
        ),
    ),
    (
        "5 Before departure",
        (
            "Departure checks start twenty minutes before sailing. The bow visor is closed and locked before the mooring lines "
            "are let go, and the mate on the car deck confirms it by voice and by the green switch. Both are needed.",
            "Passengers are counted by the gates. If the count on the bridge and the count at the gates differ by more than "
            "two, the ship does not sail until the difference is explained.",
            "Cars with gas bottles stand on the open part of the deck. Electric cars may stand anywhere but must not be "
            "charged on board, except on the six marked places of the Havsula.",
        ),
    ),
    (
        "6 Weather limits",
        (
            "The inner route is closed when the mean wind at Kråkøy lighthouse passes 21 metres per second for ten minutes. "
            "The outer route is closed at 17 metres per second, because the quay at Ytre Vær lies open to the west.",
            "When the significant wave height passes 3.5 metres the outer route is closed whatever the wind. Fog alone closes "
            "no route; below 200 metres of sight the speed is held under eight knots and a lookout stands at the bow.",
            "A closed route is announced on the website, on the signs at the quays and by text message to everybody who has "
            "booked. The announcement names the hour at which we will look at the weather again.",
        ),
    ),
    (
        "7 Muster and lifeboats",
        (
            "The muster signal is seven short blasts followed by one long blast. Passengers muster in the lounges, not on the "
            "open deck. Each lounge has a muster leader with a yellow vest and a list.",
            "The Havsula has four marine evacuation systems, two on each side, and each of them serves 150 people. The ship can "
            "be empty in eighteen minutes; the last full exercise, in October, took sixteen minutes and forty seconds.",
            "Life jackets for children lie in the orange lockers at the end of each lounge. There are at least as many of them "
            "as a tenth of the passengers allowed on board.",
        ),
    ),
    (
        "8 Fire",
        (
            "Whoever discovers a fire shouts, pushes the nearest alarm button and only then tries to put it out. One person, "
            "one extinguisher, one attempt: after that the door is closed and the fire team takes over.",
            "The car deck is protected by a drencher in six zones. The chief engineer starts the drencher on the master's order; "
            "if the bridge does not answer within thirty seconds, the chief engineer decides alone.",
            "A burning electric car is cooled with water for at least an hour. It is not moved on board, and it is followed "
            "ashore by two people with a hose because the battery may burn again.",
        ),
    ),
    (
        "9 Man overboard",
        (
            "The person who sees somebody fall points at them and does not look away. A second person throws a ring and calls "
            "the bridge. The bridge presses the position button, turns towards the side of the fall and sounds three long "
            "blasts.",
            "The rescue boat is in the water within five minutes. Its crew are the boatswain, one able seaman and one person "
            "trained in first aid. In water colder than ten degrees a person is lifted lying flat.",
            "The search goes on until the coast guard ends it. No ship of ours has ever left a search before that.",
        ),
    ),
    (
        "10 First aid",
        (
            "Every ship has a treatment room with a bed, oxygen and a defibrillator. A second defibrillator hangs beside the "
            "kiosk. Medicines are kept in the locked cabinet; the key is with the chief officer.",
            "Medical advice at sea comes from Radio Medico, day and night, on channel 16 or by telephone. The doctor there may "
            "ask us to turn back or to call a helicopter; the master decides.",
            "At least four people on each watch hold a valid first aid certificate. The certificate is renewed every two years "
            "at the company's cost and in paid time.",
        ),
    ),
    (
        "11 Tickets and fares",
        (
            "An adult pays 84 crowns for the inner route and 132 crowns for the outer route. Children under six travel free, "
            "and from six to fifteen they pay half. Islanders with a resident card pay 30 crowns on any route.",
            "A car up to six metres costs 260 crowns on the outer route, driver included. Bicycles are free. Trailers are "
            "measured with the drawbar.",
            "Tickets bought on board cost the same as tickets bought before. Nobody is left on the quay because a card does not "
            "work: write down the name and let them sail.",
        ),
    ),
    (
        "12 Lost property",
        (
            "Found things are put into a numbered bag and entered in the app before the end of the watch. Passports, medicines "
            "and keys are handed to the harbour office at the next call in Halden.",
            "Lost property is kept for 90 days. After that clothes go to the seamen's mission and telephones are wiped and "
            "recycled. Cash is paid into the crew welfare fund after one year.",
            "The strangest thing we have kept was a live cockerel named Olav, who was fetched after two days.",
        ),
    ),
    (
        "13 Animals",
        (
            "Dogs travel on a lead in the marked part of the lounge or stay in the car. Guide dogs go everywhere. Cats travel "
            "in a basket. Horses stay in their box and a groom stays with them on the car deck, with a radio.",
            "Bees are taken on the first departure of the day only, on the open deck, with the hives closed and covered. The "
            "beekeeper tells us two days before.",
            "Wild birds that rest on board are left alone. Injured birds are put in a dark box and given to the ranger on "
            "Ytre Vær.",
        ),
    ),
    (
        "14 Galley and kiosk",
        (
            "The kiosk opens when the ship has left the quay and closes ten minutes before arrival. Coffee is free for drivers "
            "of the ambulance, the fire brigade and the school bus.",
            "Temperatures of the refrigerators are read at six in the morning and at six in the evening. Food that was warmer "
            "than eight degrees for two hours is thrown away and written down.",
            "The fish soup is made after the recipe of Ragnhild Moe, who cooked on the Skarv for 31 years. The recipe hangs in "
            "every galley and is not to be improved.",
        ),
    ),
    (
        "15 Waste and the sea",
        (
            "Nothing goes over the side, food included. Waste is sorted into five kinds and handed over in Halden every day. "
            "Oily water is kept in the slop tank and pumped ashore on Thursdays.",
            "The hulls are painted with a silicone coating free of biocides. They are brushed every fourth month by a robot that "
            "collects what it scrapes off.",
            "Since 2018 the fleet has cut its carbon dioxide by 46 percent. The aim for 2030 is 80 percent, measured against the "
            "same year.",
        ),
    ),
    (
        "16 Uniform",
        (
            "The company gives each crew member three shirts, two pairs of trousers, a jacket and safety shoes. Shoes are "
            "replaced when the sole is worn, whatever their age.",
            "Name badges carry the first name only. Whoever speaks sign language wears a blue dot, and whoever speaks German, "
            "French or Polish wears the small flag.",
            "On the car deck everybody wears a vest with reflectors and a helmet while cars are moving. Visitors too.",
        ),
    ),
    (
        "17 Pay and leave",
        (
            "Wages are paid on the twelfth of the month. Night work between ten in the evening and six in the morning earns a "
            "supplement of 27 percent, and work on the five red days earns double.",
            "Each month on board gives eleven days of leave. Leave for the birth of a child is 49 weeks for both parents "
            "together, and the first two weeks after the birth are free for both.",
            "Who falls ill tells the crewing office before noon. For the first eight days a note of one's own is enough; after "
            "that a doctor's note is needed.",
        ),
    ),
    (
        "18 Training",
        (
            "New deck crew sail two weeks as supernumeraries before they count in the minimum crew. In this time they sail with "
            "at least three different masters.",
            "The simulator in Halden is booked for us on the first Tuesday of each month. Every officer spends two days a year "
            "there; one of them is about blackouts.",
            "The company pays for the certificate of a deck officer, up to 180,000 crowns, for anybody who has sailed with us "
            "for three years and stays for two more.",
        ),
    ),
    (
        "19 Reporting and fairness",
        (
            "Near misses are reported on the yellow form or in the app, with a name or without. The safety officer, Jonas Brekke, "
            "answers each report within seven days and reads all of them aloud at the monthly meeting.",
            "Nobody is punished for an honest mistake that they reported. Hiding one is another matter.",
            "Harassment is reported to the master, to the crewing office or to the outside ombudsman, Advokat Lie in Halden. The "
            "ombudsman does not tell the company who called.",
        ),
    ),
    (
        "20 Telephone numbers",
        (
            "The duty manager answers at extension 4100 at all hours. The crewing office answers at extension 4120 from seven to "
            "sixteen. The harbour office in Halden is at extension 4200, and the workshop at extension 4310.",
            "The coast guard is called on channel 16. The pilot station at Kråkøy listens on channel 13.",
            "This page is printed on yellow card and hangs beside every telephone on board.",
        ),
    ),
)
