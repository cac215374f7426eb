"""Every address of the site. Each needs an entry in islandflow/access.py."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path, re_path

from flow.api.errors import unknown_address
from islandflow import health
from signals.api.urls import candle_urlpatterns

urlpatterns = [
    path("login/", LoginView.as_view(template_name="login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("admin/", admin.site.urls),
    path("", include("flow.urls")),
    path("", include("signals.urls")),
    path("api/", include("flow.api.urls")),
    path("api/v1/flow/", include("signals.api.urls")),
    path("api/v1/candles/", include(candle_urlpatterns)),
    path("api/v1/news/", include("news.api.urls")),
    path("api/v1/", include("replay.api.urls")),
    re_path(r"^api/(?P<rest>.*)$", unknown_address, name="api-unknown"),  # last: what no route has
]

admin.site.site_header = "Islandflow evidence"
admin.site.site_title = "Islandflow"
admin.site.index_title = "Evidence and thresholds"
