"""Evidence of one packet, read or decline: built once as a frozen record, shown by templates."""
