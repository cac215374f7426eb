"""Addresses below /api/v1/news/."""

from django.urls import path

from news.api.views import ChangesView, StoriesView

urlpatterns = [
    path("", StoriesView.as_view(), name="api-news"),
    path("changes", ChangesView.as_view(), name="api-news-changes"),
]
