"""The Django project: settings, entry points, access, embedded services. Imported by no app."""
