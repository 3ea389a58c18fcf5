"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import appearance, board, home, job, job_form, jobs, queue, scan, search, serial, soon

app_name = "floor"

urlpatterns = [
    *appearance.urls,
    *board.urls,
    *home.urls,
    *job_form.urls,  # jobs/new before jobs/<id>
    *job.urls,
    *jobs.urls,
    *queue.urls,
    *scan.urls,
    *search.urls,
    *soon.urls,
    *serial.urls,
]
