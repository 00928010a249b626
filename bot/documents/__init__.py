"""What leaves the log on paper or as a file: tables, PDF, evidence packs, the privacy notice."""
