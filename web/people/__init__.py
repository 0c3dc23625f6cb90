"""Signing in without an ERP, signing out, and changing one's password."""
