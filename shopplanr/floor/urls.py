"""The addresses of the floor. Each module of views says its own."""

from shopplanr.floor.views import (
    account,
    appearance,
    approvals,
    audit,
    board,
    certificate_records,
    certificates,
    home,
    job,
    job_form,
    jobs,
    jumps,
    labels,
    libraries,
    queue,
    routes,
    rows,
    scan,
    search,
    serial,
    serials,
    sign_in,
    templates,
    travelers,
)

app_name = "floor"

urlpatterns = [
    *account.urls,
    *appearance.urls,
    *approvals.urls,
    *audit.urls,
    *board.urls,
    *certificate_records.urls,  # certificates/new before certificates/<id>
    *certificates.urls,
    *home.urls,
    *libraries.urls,
    *job_form.urls,  # jobs/new before jobs/<id>
    *job.urls,
    *jobs.urls,
    *jumps.urls,
    *queue.urls,
    *routes.urls,
    *rows.urls,
    *scan.urls,
    *search.urls,
    *serials.urls,
    *sign_in.urls,
    *labels.urls,
    *travelers.urls,
    *templates.urls,
    *serial.urls,
]
