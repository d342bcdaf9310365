"""Questions that a table answers only when it is computed: how many, in total, on average, per region.

A question is read into plans, by rules (`reading`) or by a model (`planning`): named parts, each checked against the
table's own columns. The plans are carried out here, on all rows of the one table or not at all (`running`), and told
with the rows that went in (`telling`). Nobody writes a statement that is executed, and no model adds up.
"""
