"""Create the first administrator: `python -m islandflow.embedded.first_admin`.

The one script here that needs Django; nothing imports it. It runs after `migrate`.
"""

import os
import secrets
import sys

NAME = "admin"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "islandflow.settings")
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from islandflow.env import load

    if User.objects.filter(is_superuser=True).exists():
        sys.stdout.write("there is one\n")
        return 0
    secret = load().islandflow_admin_password
    given = secret.get_secret_value() if secret else ""
    password = given or secrets.token_urlsafe(12)
    try:
        validate_password(password, User(username=NAME))
    except ValidationError as error:
        sys.stderr.write(
            f"ISLANDFLOW_ADMIN_PASSWORD is refused: {' '.join(error.messages)} Choose another one, "
            "or unset it and one is generated and shown.\n"
        )
        return 1
    User.objects.create_superuser(username=NAME, email="", password=password)
    shown = "as ISLANDFLOW_ADMIN_PASSWORD says" if given else f"{password}  (shown only now)"
    sys.stdout.write(f"sign in as {NAME}, password {shown}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
