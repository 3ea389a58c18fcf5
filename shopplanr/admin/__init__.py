"""What the admin pages of all apps share: how records are listed, shown, created through services and acted on.

An app's own admin module says which records there are; nothing here knows what a serial or a certificate is.
"""
