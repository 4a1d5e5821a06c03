"""
Commands on another installation, through its HTTP API. Nothing here needs a database or settings.

The functions in ``users``, ``teams``, ``websites`` and so on take what the services of the same names take, and return
rows with the same attributes. They know no rules: the server's services do.
"""
