"""What a user may do in a collection, as an expression of SQL."""

ROLE = """
    case when c.id is null then null
         when u.role = 'admin' or m.role = 'owner' then 'owner'
         when 'editor' in (m.role, c.everyone) then 'editor'
         when 'viewer' in (m.role, c.everyone) then 'viewer'
    end
"""
"""The best of what the user has as admin, as member and like everyone; null: to this user it does not exist.

Over `users u`, `collections c` of the same tenant and `collection_members m` of both, the latter two by outer joins.
"""
