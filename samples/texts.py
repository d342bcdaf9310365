"""The sample documents that are text as they stand: a web page, notes in Markdown, minutes, a mail, records."""

NOTICES = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Travelling with Halden Ferries</title>
<meta name="author" content="Traffic office">
<meta property="article:published_time" content="2025-04-10T08:00:00+02:00">
<style>.sr-only {position: absolute; left: -9999px} .banner {background: #12304f; color: white}</style>
<script>document.title += " (open)";</script>
</head>
<body>
<nav><ul>
<li><a href="https://haldenferries.example/">Home</a></li>
<li><a href="https://haldenferries.example/timetable">Timetable</a></li>
<li><a href="https://haldenferries.example/contact">Contact</a></li>
</ul></nav>
<p class="banner">The summer timetable is in force from 2 May to 28 September.</p>
<main>
<h1>Travelling with Halden Ferries</h1>
<p>Book at <a href="https://haldenferries.example/book">our booking page</a> or at the ticket office in Halden. Foot
passengers need no booking.</p>
<h2>Bicycles and animals</h2>
<ul>
<li>Bicycles travel free of charge and stand on the car deck.</li>
<li>Dogs are welcome in the aft lounge; a leash is required everywhere on board.</li>
</ul>
<h2>Parking</h2>
<table>
<caption>Parking at the quays, in crowns</caption>
<thead><tr><th rowspan="2">Quay</th><th colspan="2">Parking fee</th></tr><tr><th>per hour</th><th>per day</th></tr></thead>
<tbody>
<tr><td>Halden</td><td>18</td><td>125</td></tr>
<tr><td>Sandvik</td><td>12</td><td>85</td></tr>
<tr><td>Torsøy</td><td>9</td><td>55</td></tr>
</tbody>
</table>
<h2>Check-in</h2>
<ol>
<li>Arrive at the quay at least 15 minutes before departure.</li>
<li>Show the code of your booking at the gate.</li>
<li>Switch off the engine and leave the car during the crossing.</li>
</ol>
<figure><img src="quay.jpg" alt="Cars waiting in four lanes at the Halden quay"><figcaption>The lanes at the Halden
quay</figcaption></figure>
<p class="sr-only">End of the page.</p>
</main>
<footer><p>Halden Ferries, Harbour Road 4, Halden. Telephone 55 01 02 03.</p></footer>
</body>
</html>
"""

BATTERIES = """\
---
title: Caring for the batteries
author: Engine room of the Havsula
date: 2025-02-17
---

# Caring for the batteries

These notes are for the engineers of the **Havsula** and the **Lomvi**. The [maker's manual][manual] goes before them.

## Every day

- [x] Read the temperature of all modules before the first departure.
- [ ] Look for moisture in the battery room.

A module that is warmer than 45 degrees is taken out of service, and the duty manager is told.[^1]

## Charging

| Quay     | Power | Arms |
|----------|-------|------|
| Halden   | 11 MW | four |
| Ytre Vær | 4 MW  | two  |

1. Connect the earth cable first.
2. Wait for the green lamp.
3. Start the charge from the control room:

```text
charge start --limit 90
```

> Never stand between the arm and the hull while the arm moves.

## Replacing a cooling fan

The fans are replaced every 18 months. Part number HF-1041 fits all modules.

[manual]: https://voltfjord.example/manual
[^1]: Cooling takes about two hours.
"""

MINUTES = """\
MINUTES OF THE CREW COUNCIL

Date:      Tuesday 11 March 2025
Place:     Meeting room Terna, Halden
Present:   Sigrid Moe (chair), Marit Aune, Henrik Dahl
Absent:    none

1. Exercises

The council went through the exercises of the winter. The crew of the
Lomvi launched the rescue boat in four minutes and ten seconds, which is
the best time of the year. The exercise on the Teist was broken off since
the wind rose, and will be held again before Easter.

2. Incidents

There were three incidents in February:

- A passenger slipped on the ramp at Kråkøy and broke a wrist.
- A smoke detector on the car deck of the Skarv gave a false alarm
  because of exhaust fumes.
- A mooring rope parted in Halden. Nobody was hurt.

3. Decisions

The ramp at Kråkøy gets a heated surface. Henrik Dahl approved a budget
of 410,000 crowns, and the work is to be finished by 30 April.

Ship       Exercises   Incidents
Lomvi      4           0
Skarv      3           1
Teist      2           0

Next meeting: 8 April 2025, at 13:00.
"""

MAIL = """\
From: Marit Aune <marit.aune@haldenferries.example>
To: Crew of the Alke <alke@haldenferries.example>
Cc: =?utf-8?q?Br=C3=B8drene_Strand?= <post@strand.example>
Subject: =?utf-8?q?Landing_at_Kr=C3=A5k=C3=B8y_closed_in_week_20?=
Date: Mon, 05 May 2025 10:15:00 +0200
Message-ID: <20250505.1015@haldenferries.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Dear all,

the landing at Kråkøy is closed from 12 to 16 May for diving work. The Alke
replaces the ferry with a passenger service from the old fish quay.

Marit

--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<html><body>
<p style="display:none">Sent to 14 people</p>
<p>Dear all,</p>
<p>the landing at Kråkøy is <b>closed from 12 to 16 May</b> for diving work. The Alke replaces the ferry with a passenger
service from the old fish quay. Cars cannot be carried in that week.</p>
<p>The divers are Olsen &amp; Vik; their foreman is Sigrid Vik.</p>
<p>Marit</p>
</body></html>

--inner--

--outer
Content-Type: text/csv; charset=utf-8; name="departures.csv"
Content-Disposition: attachment; filename="departures.csv"
Content-Transfer-Encoding: 8bit

Departure,From,Passengers at most
07:10,Halden,90
08:25,Kråkøy,90
16:40,Halden,90

--outer
Content-Type: image/png; name="map.png"
Content-Disposition: attachment; filename="map.png"
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==

--outer--
"""

LETTERS = (
    (
        "A pram on the gangway",
        "Prams are lifted over the gangway by the deck hands. Fold it only if there is a queue.",
        "Kaja Moen",
    ),
    (
        "Vegan food",
        "The kiosk of the Alke sells a vegan soup, the Havsula a vegan pancake. Other vessels have fruit only.",
        "Ola Rygg",
    ),
    (
        "Seasickness",
        "Sit amidships and look at the horizon. Tablets are given out free of charge at the kiosk.",
        "Kaja Moen",
    ),
    (
        "A drone over the deck",
        "Drones may be flown ashore only. A captain who sees one over the deck slows down to four knots.",
        "Ola Rygg",
    ),
    (
        "Wheelchairs",
        "The lift of the Lomvi carries 320 kilograms. Please write two days ahead so that a ramp is ready.",
        "Kaja Moen",
    ),
)
"""Title, text and who wrote it."""
