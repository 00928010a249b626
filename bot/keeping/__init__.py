"""What keeps a school's data safe: sealing, the sealed secrets, backups, and putting one back."""
