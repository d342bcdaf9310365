"""What LocalStack loads: a process executor for Lambda, streamed answers, and repairs of its open release.

Imported only inside LocalStack's own virtual environment. Entry points are in `entry_points`; every change made to
LocalStack is listed in `patches`.
"""
